import type { Project } from '../config/project.js'

/** The role to work as in an account. In a sandbox there is none: platform's own calls do not assume one there either. */
export function roleOf({ platform }: Pick<Project, 'platform'>, account: { roleArn?: string }): string | undefined {
  return platform.target === 'sandbox' ? undefined : account.roleArn
}
