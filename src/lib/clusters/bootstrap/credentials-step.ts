import { ARGOCD_NAMESPACE } from '../../argocd/application.js'
import { endOfPassword, signCodeCommit, type CodeCommitPlace } from '../../aws/codecommit-password.js'
import { signingCredentials } from '../../aws/cluster-token.js'
import { UserError } from '../../core/errors.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import type { Step } from '../../core/steps.js'
import { GIT_PASSWORD_JOB, gitPasswordFileIn, gitPasswordObjects } from './git-password.js'
import { givenCredentials, PASSWORD_VARIABLE, secretData, signedPlace, USERNAME_VARIABLE } from './git-sign-in.js'
import { GITOPS } from '../../gitops/places.js'
import { GIT_SECRET, gitCredentials } from './objects.js'
import { isAsWanted } from './same-object.js'
import { acting, type Work } from './work.js'

const ID = { id: 'git-credentials', title: 'Git credentials' }
/** What is left of a password when it is not made anew: the job in the cluster does it every five minutes. */
const FRESH_MS = 3 * 60_000

type Way = Required<Pick<Step, 'isDone' | 'run'>> & { plan: () => Promise<string> }

/** How Argo CD gets into the repository: by what the variables say, by signed passwords (CodeCommit), or as anybody. */
export function credentialsStep(work: Work): Step {
  // Which way is known once the cluster was identified, so not before a step runs.
  const way = async (): Promise<Way> => {
    const place = await signedPlace(work)
    return place ? signed(work, place) : written(work)
  }
  return acting(work, {
    ...ID,
    isDone: async () => (await way()).isDone(),
    plan: async () => (await way()).plan(),
    run: async (control) => (await way()).run(control),
  })
}

/** Argo CD reads before the job has run, so the first password is signed here, by whoever runs platform. */
function signed(work: Work, place: CodeCommitPlace): Way {
  const { clock } = work.context.ports
  const { kubectl } = work.hub
  return {
    isDone: async () => {
      const { password = '', url } = secretData(await kubectl.get({ resource: 'secrets', name: GIT_SECRET, namespace: ARGOCD_NAMESPACE }))
      const end = endOfPassword(password)
      const isFresh = end !== undefined && end.getTime() - clock.now().getTime() > FRESH_MS && url === work.git.url
      return isFresh && (await jobOf(work)) !== undefined && 'signed, and kept fresh in the cluster'
    },
    plan: async () => `for ${work.git.url}, signed by an AWS role and kept fresh in the cluster`,
    run: async () => {
      const password = signCodeCommit(place, await signingCredentials(work.hub.connection), clock.now())
      await kubectl.apply([gitCredentials(work.git, password), ...gitPasswordObjects(place)], { force: true })
      return { outcome: 'done', detail: `for ${work.git.url}, signed` }
    },
  }
}

function written(work: Work): Way {
  const { kubectl } = work.hub
  const wanted = (): KubernetesObject | undefined => {
    const given = givenCredentials(work)
    return given && gitCredentials(work.git, given)
  }
  return {
    isDone: async () => {
      const object = wanted()
      const there = await kubectl.get({ resource: 'secrets', name: GIT_SECRET, namespace: ARGOCD_NAMESPACE })
      if (object) return isAsWanted(there, object)
      return there ? 'those in the cluster stay' : `none: ${work.git.url} is read as anybody`
    },
    plan: async () => `for ${work.git.url}, from ${USERNAME_VARIABLE} and ${PASSWORD_VARIABLE}`,
    run: async () => {
      const object = wanted()
      if (object && (await jobOf(work))) throw jobOverwrites()
      if (object) await kubectl.apply([object], { force: true })
      return { outcome: 'done', detail: `for ${work.git.url}` }
    },
  }
}

async function jobOf({ hub }: Work): Promise<KubernetesObject | undefined> {
  return hub.kubectl.get({ resource: 'cronjobs.batch', name: GIT_PASSWORD_JOB, namespace: ARGOCD_NAMESPACE })
}

function jobOverwrites(): UserError {
  return new UserError('BadFlag', `${USERNAME_VARIABLE} is set, and a job in the cluster would overwrite it with a signed password.`, {
    next: [
      `Leave both variables away to go on with signed passwords.`,
      `Or end the job: delete ${gitPasswordFileIn(GITOPS.bootstrap)}, push, and kubectl --namespace ${ARGOCD_NAMESPACE} delete cronjob ${GIT_PASSWORD_JOB}`,
    ],
  })
}
