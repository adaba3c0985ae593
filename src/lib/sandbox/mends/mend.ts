import type { AwsClients } from '../../aws/clients.js'
import type { ClusterHooks } from '../clusters/sandbox-clusters.js'
import type { Answer } from '../gateway/answer.js'
import type { Call } from '../gateway/call.js'
import type { GitRepositories } from '../git/repositories.js'
import type { OutgoingRequest } from '../gateway/upstream.js'
import type { Shelf } from '../services/shelf.js'

export interface MendRequest {
  call: Call
  body: Buffer
}

/** What a mend may use. */
export interface MendContext {
  accountId: string
  /** Region of the call, or that of the sandbox for an unsigned one. */
  region: string
  /** Sends the call on as it came, with the caller's own signature. */
  forward(request: MendRequest): Promise<Answer>
  /** Sends a changed call as the sandbox's root identity. Only after the caller was let through by `forward`, or for reading. */
  sendAsRoot(request: OutgoingRequest, service: string): Promise<Answer>
  /** SDK clients for the bare emulator, as its root identity. */
  clients(): Promise<AwsClients>
  /** Runs `work` alone among all that use the same key. */
  exclusively: <T>(key: string, work: () => Promise<T>) => Promise<T>
  /** Folder in which a mend may note what it has begun. */
  stateFolder: string
  /** What the services of our own keep. */
  shelf: Shelf
  /** The Kubernetes behind EKS clusters. */
  clusters: ClusterHooks
  git: GitHooks
}

/** The Git server of the gateway. */
export interface GitHooks {
  repositories: GitRepositories
  /** Address of the gateway. */
  endpoint(): string
}

/**
 * Closes one gap between the emulator and AWS. A mend goes when its end-to-end test says that the emulator has closed the gap.
 */
export interface Mend {
  id: string
  /** What the emulator does, and what AWS does instead. */
  gap: string
  service: string
  actions: readonly string[]
  /** Narrows down further, from the head of the request. */
  applies?: (call: Call) => boolean
  handle(request: MendRequest, context: MendContext): Promise<Answer>
  /** Finishes what a crash interrupted. Runs before the gateway takes its first call. */
  repair?: (stateFolder: string, contextFor: (region: string) => MendContext) => Promise<void>
}
