import path from 'node:path'
import { gitPlace } from '../../config/git-place.js'
import type { Environment } from '../../config/project.js'
import { UserError } from '../../core/errors.js'
import type { Step } from '../../core/steps.js'
import { readRelease } from '../../helm/release.js'
import type { Progress } from '../../roots/context.js'
import { ARGOCD_RELEASE } from './argocd-release.js'
import { assertIdentity, type ClusterLink, type ClusterPrograms, openCluster } from './cluster-link.js'
import { takeLease } from './lease.js'
import type { Work } from './work.js'

/**
 * What comes before every change: programs, the way into the clusters, that they are the configured ones and let this identity in,
 * that Argo CD runs in the management cluster (for any other one), and that nobody else is at work.
 * @param options.cluster false: the cluster itself need not be there any more
 */
export function accessSteps(work: Work, { cluster = true } = {}): Step[] {
  let programs: ClusterPrograms | undefined
  return [
    {
      id: 'tools',
      title: 'Tools',
      run: async (control) => {
        const progress: Progress = (detail, count) => control.progress(detail, count)
        programs = { kubectl: await work.context.findKubectl(progress), helm: await work.context.findHelm(progress) }
        return { outcome: 'checked', detail: `${path.basename(programs.kubectl)}, ${path.basename(programs.helm)}` }
      },
    },
    {
      id: 'identity',
      title: 'Identity of the cluster',
      run: async (control) => {
        if (!programs) throw new Error('the step "tools" has not run')
        control.progress('asking AWS')
        const hub = await openHub(work, programs)
        const own = work.isManagement || !cluster ? hub : await open(work, work.environment, programs, work.options.roleArn)
        work.found({ cluster: own, hub, git: gitPlace(work.context.project.platform, hub.endpoint) })
        const details: string[] = []
        for (const link of new Set([own, hub])) {
          control.progress(`asking ${link.environment.cluster.name}`)
          details.push(await assertIdentity(work.context, link))
          await assertAllowed(link)
        }
        return { outcome: 'checked', detail: details.join('; ') }
      },
    },
    ...(work.isManagement ? [] : [managementStep(work)]),
    ...(work.options.dryRun ? [] : [leaseStep(work)]),
  ]
}

async function open(work: Work, environment: Environment, programs: ClusterPrograms, roleArn: string | undefined): Promise<ClusterLink> {
  const link = await openCluster(work.context, environment.name, { roleArn, programs })
  work.cleanUp.push(async () => link.close())
  return link
}

async function openHub(work: Work, programs: ClusterPrograms): Promise<ClusterLink> {
  const { management, environment, options } = work
  const sameAccount = management.account.id === environment.account.id
  try {
    return await open(work, management, programs, sameAccount ? options.roleArn : undefined)
  } catch (error) {
    if (work.isManagement || !(error instanceof UserError) || error.code !== 'ClusterNotFound') throw error
    throw managementMissing(work, error.message)
  }
}

/** That this identity may do everything: installing definitions and cluster roles needs no less. @throws `KubernetesRefused` */
async function assertAllowed({ kubectl, environment }: ClusterLink): Promise<void> {
  const { exitCode, stdout, stderr } = await kubectl.run(['auth', 'can-i', '*', '*', '--all-namespaces'])
  if (exitCode === 0) return
  const { administrators, name } = environment.cluster
  const roles = administrators.filter((arn) => arn.includes(':role/'))
  throw new UserError('KubernetesRefused', `${name} does not let this identity do what a bootstrap needs.`, {
    reason: stderr.trim() || `kubectl auth can-i '*' '*' says ${stdout.trim()}.`,
    next: [
      ...roles.slice(0, 1).map((arn) => `Work under a role that may: --role-arn ${arn}`),
      `Name your identity under cluster.administrators in environments/${environment.name}.yaml, then: platform env apply ${environment.name}`,
    ],
    details: { cluster: name },
  })
}

function managementStep(work: Work): Step {
  return {
    id: 'management',
    title: 'Management cluster',
    run: async () => {
      const release = await readRelease(work.hub.helm, ARGOCD_RELEASE)
      if (release?.status !== 'deployed')
        throw managementMissing(work, release ? `Argo CD's release is ${release.status}.` : 'Argo CD is not installed.')
      return { outcome: 'checked', detail: `${work.management.name} runs ${release.chart}` }
    },
  }
}

function managementMissing({ management, environment }: Work, reason: string): UserError {
  return new UserError('ManagementMissing', `The management cluster of ${environment.name} has not been bootstrapped.`, {
    reason,
    next: [`platform cluster bootstrap ${management.name}`, `Then: platform cluster bootstrap ${environment.name}`],
    details: { environment: environment.name, management: management.name },
  })
}

function leaseStep(work: Work): Step {
  return {
    id: 'lease',
    title: 'Nobody else at work',
    run: async () => {
      work.cleanUp.push(await takeLease(work.context.ports, work.hub.kubectl))
      return { outcome: 'checked' }
    },
  }
}
