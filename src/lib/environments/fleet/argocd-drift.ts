import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Application } from '../../argocd/application.js'
import { type ApplicationDrift, driftOfApplication, type FolderChanged } from '../../argocd/drift.js'
import type { Project } from '../../config/project.js'
import { registeredServer } from '../../gitops/registered-server.js'

/** What Argo CD says, for those who have no API server to ask themselves. */
export interface GitOpsSource {
  applicationsOf(management: string): Promise<Application[] | { reason: string }>
  folderChanged: FolderChanged
  /** What differs between Git and the cluster, value by value. Empty where that cannot be told. */
  changesOf(application: Application): Promise<ObjectChange[]>
}

/** One value in the cluster that is not as Git says. */
export interface ObjectChange {
  /** Such as `Deployment web`. */
  object: string
  /** Empty: the object as a whole. */
  attribute: string
  /** As Git says. */
  before: unknown
  after: unknown
}

export interface ApplicationFinding extends ApplicationDrift {
  /** Where it drifted, and the values are known. */
  changes?: ObjectChange[]
}

export interface GitOpsDrift {
  argocd: ApplicationFinding[]
  /** Whether Argo CD was asked: `not-bootstrapped` where it does not run this environment. */
  argocdState: 'compared' | 'not-bootstrapped' | 'unknown'
  argocdReason?: string
}

export type GitOpsComparison = (environment: string) => Promise<GitOpsDrift>

const NOT_BOOTSTRAPPED: GitOpsDrift = { argocd: [], argocdState: 'not-bootstrapped' }
const OWN_CLUSTER = 'https://kubernetes.default.svc'

/** Compares environments with Git by what Argo CD says of their applications. Each Argo CD is asked once. */
export function gitOpsComparison(project: Project, source: GitOpsSource): GitOpsComparison {
  const managements = [...project.environments.values()]
    .filter(({ name, role }) => role === 'management' && isRegistered(project, name))
    .map(({ name }) => name)
  const asked = new Map<string, ReturnType<GitOpsSource['applicationsOf']>>()
  const ask = (management: string): ReturnType<GitOpsSource['applicationsOf']> => {
    const answer = asked.get(management) ?? source.applicationsOf(management)
    asked.set(management, answer)
    return answer
  }
  return async (environment) => {
    if (managements.length === 0 || !isRegistered(project, environment)) return NOT_BOOTSTRAPPED
    const watching = managements.includes(environment) ? [environment] : managements
    const found: ApplicationFinding[] = []
    const server = await registeredServer(project.directory, environment)
    for (const management of watching) {
      const applications = await ask(management)
      if (!Array.isArray(applications)) {
        return { argocd: [], argocdState: 'unknown', argocdReason: `Argo CD of ${management}: ${applications.reason}` }
      }
      for (const each of applications.filter((application) => belongsTo(application, environment, server, management))) {
        const drift = await driftOfApplication(each, source.folderChanged)
        const changes = drift.state === 'drifted' && drift.sync === 'OutOfSync' ? await source.changesOf(each) : []
        found.push(changes.length === 0 ? drift : { ...drift, changes })
      }
    }
    return { argocd: found, argocdState: 'compared' }
  }
}

/** The cluster Secret of an environment, which holds no credential, is in Git. */
function isRegistered({ directory }: Project, environment: string): boolean {
  return existsSync(path.join(directory, 'gitops', 'clusters', environment, 'cluster.yaml'))
}

function belongsTo({ destination }: Application, environment: string, server: string | undefined, management: string): boolean {
  const { cluster } = destination
  return (
    cluster === environment || cluster === server || (environment === management && (cluster === OWN_CLUSTER || cluster === 'in-cluster'))
  )
}
