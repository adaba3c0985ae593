import { ARGOCD_NAMESPACE } from '../../argocd/application.js'
import { codeCommitPlace, endOfPassword, signCodeCommit, type CodeCommitPlace } from '../../aws/codecommit-password.js'
import { signingCredentials } from '../../aws/cluster-token.js'
import { UserError } from '../../core/errors.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import type { Step } from '../../core/steps.js'
import { gitPasswordObjects } from './git-password.js'
import { GIT_SECRET, gitCredentials } from './objects.js'
import { isAsWanted } from './same-object.js'
import { acting, type Work } from './work.js'

/** The variables with the user and password (or token) of the Git repository. Nothing is read from files, and nothing is printed. */
const USERNAME = 'PLATFORM_GIT_USERNAME'
const PASSWORD = 'PLATFORM_GIT_PASSWORD'

/** How Argo CD gets into the repository: by what the variables say, by signed passwords (CodeCommit), or as anybody. */
export function credentialsStep(work: Work): Step {
  const codeCommit = codeCommitPlace(work.git.url)
  const { [USERNAME]: username = '', [PASSWORD]: password = '' } = work.context.ports.env
  return codeCommit && username === '' && password === '' ? signedStep(work, codeCommit) : writtenStep(work)
}

/** What is left of a password when it is not made anew: the job in the cluster does it every five minutes. */
const FRESH_MS = 3 * 60_000

/** Argo CD reads before the job has run, so the first password is signed here, by whoever runs platform. */
function signedStep(work: Work, place: CodeCommitPlace): Step {
  const { clock } = work.context.ports
  return acting(work, {
    id: 'git-credentials',
    title: 'Git credentials',
    isDone: async () => {
      const secret = await work.hub.kubectl.get({ resource: 'secrets', name: GIT_SECRET, namespace: ARGOCD_NAMESPACE })
      const { password = '' } = (secret?.['data'] ?? {}) as { password?: string }
      const end = endOfPassword(Buffer.from(password, 'base64').toString())
      const job = await work.hub.kubectl.get({ resource: 'cronjobs.batch', name: 'argocd-git-credentials', namespace: ARGOCD_NAMESPACE })
      return (
        job !== undefined &&
        end !== undefined &&
        end.getTime() - clock.now().getTime() > FRESH_MS &&
        'signed, and kept fresh in the cluster'
      )
    },
    plan: async () => `for ${work.git.url}, signed by an AWS role and kept fresh in the cluster`,
    run: async () => {
      const credentials = await signingCredentials(work.hub.connection)
      const signed = signCodeCommit(place, credentials, clock.now())
      await work.hub.kubectl.apply([gitCredentials(work.git, signed), ...gitPasswordObjects(place)], { force: true })
      return { outcome: 'done', detail: `for ${work.git.url}, signed` }
    },
  })
}

function writtenStep(work: Work): Step {
  const wanted = (): KubernetesObject | undefined => {
    const { [USERNAME]: username = '', [PASSWORD]: password = '' } = work.context.ports.env
    if (username === '' && password === '') return undefined
    if (username !== '' && password !== '') return gitCredentials(work.git, { username, password })
    throw new UserError('BadFlag', `Of ${USERNAME} and ${PASSWORD} only one is set.`, {
      next: ['Set both, or none for a repository that anybody may read.'],
    })
  }
  const kept = async (): Promise<boolean> => {
    const { name, namespace } = { name: 'platform-git', namespace: ARGOCD_NAMESPACE }
    return (await work.hub.kubectl.get({ resource: 'secrets', name, namespace })) !== undefined
  }
  return acting(work, {
    id: 'git-credentials',
    title: 'Git credentials',
    isDone: async () => {
      const object = wanted()
      if (!object) return (await kept()) ? 'those in the cluster stay' : `none: ${work.git.url} is read as anybody`
      const { name, namespace } = object.metadata
      return isAsWanted(await work.hub.kubectl.get({ resource: 'secrets', name, ...(namespace !== undefined && { namespace }) }), object)
    },
    plan: async () => `for ${work.git.url}, from ${USERNAME} and ${PASSWORD}`,
    run: async () => {
      const object = wanted()
      if (object) await work.hub.kubectl.apply([object], { force: true })
      return { outcome: 'done', detail: `for ${work.git.url}` }
    },
  })
}
