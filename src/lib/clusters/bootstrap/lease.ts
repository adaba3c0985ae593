import { hostname, userInfo } from 'node:os'
import { UserError } from '../../core/errors.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import type { Ports } from '../../core/ports.js'
import { kubectlError } from '../../kube/kubectl-errors.js'
import type { ClusterKubectl } from './cluster-link.js'

type LeasePorts = Pick<Ports, 'clock' | 'processes'>

/** Where every run that changes what platform brings into a cluster meets the others, also those of other machines. */
const LEASE = { resource: 'leases.coordination.k8s.io', name: 'platform-bootstrap', namespace: 'kube-system' }
const DURATION_S = 60
const RENEW_EVERY_MS = 15_000
const GIVE_BACK_MS = 5000

/**
 * Makes sure that one process in the world works on a cluster at a time: with a Lease in it, as Kubernetes' own controllers do it.
 * The lease of a dead process of this machine is taken over at once, any other one when it has run out.
 * @returns gives it back
 * @throws `RunInProgress`
 */
export async function takeLease(ports: LeasePorts, kubectl: ClusterKubectl): Promise<() => Promise<void>> {
  const self = await ports.processes.self()
  const holder = `${userInfo().username}@${hostname()}/${self.pid}/${self.startedAt}`
  await take(ports, kubectl, holder)
  const renewal = setInterval(() => {
    void kubectl.patch(LEASE, { spec: { renewTime: microTime(ports.clock.now()) } }).catch(() => undefined)
  }, RENEW_EVERY_MS)
  renewal.unref()
  return async () => {
    clearInterval(renewal)
    // Also after Ctrl-C, whose signal ends everything else.
    await giveBack(kubectl.withSignal(AbortSignal.timeout(GIVE_BACK_MS)), holder)
  }
}

async function take(ports: LeasePorts, kubectl: ClusterKubectl, holder: string): Promise<void> {
  const current = await kubectl.get(LEASE)
  if (current) {
    const held = holderOf(current)
    if (held.identity !== '' && (await isAlive(ports, held))) throw inProgress(held)
  }
  const now = microTime(ports.clock.now())
  const object = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    // With the version that was looked at: who was quicker wins.
    metadata: { ...namesOf(LEASE), ...(current && { resourceVersion: current.metadata['resourceVersion'] }) },
    spec: { holderIdentity: holder, leaseDurationSeconds: DURATION_S, acquireTime: now, renewTime: now },
  }
  const result = await kubectl.run([current ? 'replace' : 'create', '--filename=-'], { input: JSON.stringify(object) })
  if (result.exitCode === 0) return
  if (!/\((?:AlreadyExists|Conflict)\)/.test(result.stderr)) throw kubectlError(result, 'take the lease of the cluster')
  throw inProgress(holderOf(await kubectl.get(LEASE)))
}

interface Holding {
  identity: string
  renewedAt: number
  durationMs: number
}

function holderOf(lease: KubernetesObject | undefined): Holding {
  const spec = (lease?.['spec'] ?? {}) as { holderIdentity?: string; renewTime?: string; leaseDurationSeconds?: number }
  return {
    identity: spec.holderIdentity ?? '',
    renewedAt: Date.parse(spec.renewTime ?? '') || 0,
    durationMs: (spec.leaseDurationSeconds ?? DURATION_S) * 1000,
  }
}

async function isAlive({ clock, processes }: LeasePorts, { identity, renewedAt, durationMs }: Holding): Promise<boolean> {
  if (clock.now().getTime() - renewedAt > durationMs) return false
  const [, host = '', pid = '', startedAt = ''] = /^[^@]*@([^/]*)\/(\d+)\/(.*)$/.exec(identity) ?? []
  return host !== hostname() || processes.isAlive({ pid: Number(pid), startedAt })
}

async function giveBack(kubectl: ClusterKubectl, holder: string): Promise<void> {
  const current = await kubectl.get(LEASE).catch(() => undefined)
  if (current && holderOf(current).identity === holder) await kubectl.delete(LEASE).catch(() => undefined)
}

function inProgress({ identity, renewedAt }: Holding): UserError {
  return new UserError('RunInProgress', 'Somebody else is at work on this cluster.', {
    reason: `${identity} holds the lease platform-bootstrap in kube-system, last renewed at ${new Date(renewedAt).toISOString()}.`,
    next: ['Wait until it has finished, then run the command again.', `A lease that is not renewed is taken over after ${DURATION_S} s.`],
    details: { holder: identity },
  })
}

function namesOf({ name, namespace }: typeof LEASE) {
  return { name, namespace }
}

function microTime(now: Date): string {
  return now.toISOString().replace('Z', '000Z')
}
