import { ARGOCD_NAMESPACE } from '../../argocd/application.js'
import { codeCommitPlace, endOfPassword, type CodeCommitPlace } from '../../aws/codecommit-password.js'
import { UserError } from '../../core/errors.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import { GIT_SECRET } from './objects.js'
import type { Work } from './work.js'

/** The variables with the user and password (or token) of the Git repository. Nothing is read from files, and nothing is printed. */
export const USERNAME_VARIABLE = 'PLATFORM_GIT_USERNAME'
export const PASSWORD_VARIABLE = 'PLATFORM_GIT_PASSWORD'

/**
 * What the variables say; undefined without both.
 * @throws `BadFlag` when only one is set
 */
export function givenCredentials({ context }: Pick<Work, 'context'>): { username: string; password: string } | undefined {
  const { [USERNAME_VARIABLE]: username = '', [PASSWORD_VARIABLE]: password = '' } = context.ports.env
  if (username !== '' && password !== '') return { username, password }
  if (username === '' && password === '') return undefined
  throw new UserError('BadFlag', `Of ${USERNAME_VARIABLE} and ${PASSWORD_VARIABLE} only one is set.`, {
    next: ['Set both, or none for a repository that anybody may read.'],
  })
}

/**
 * The repository of CodeCommit for which passwords are signed: not where somebody has given a password, now or in an earlier run, because
 * nobody can tell whether a signed one would be taken.
 */
export async function signedPlace(work: Work): Promise<CodeCommitPlace | undefined> {
  const place = codeCommitPlace(work.git.url)
  if (!place || givenCredentials(work)) return undefined
  const { password } = secretData(await work.hub.kubectl.get({ resource: 'secrets', name: GIT_SECRET, namespace: ARGOCD_NAMESPACE }))
  return password === undefined || endOfPassword(password) !== undefined ? place : undefined
}

/** What a Secret holds, decoded. */
export function secretData(secret: KubernetesObject | undefined): Record<string, string> {
  const data = (secret?.['data'] ?? {}) as Record<string, string>
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]))
}
