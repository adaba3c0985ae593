import { UserError } from '../core/errors.js'
import { redactText } from '../core/redaction.js'

/** A branch on a server. */
export interface RemoteBranch {
  /** As Git takes it. */
  url: string
  branch: string
}

const UNREACHABLE =
  /could not resolve host|failed to connect|connection (?:refused|timed out|reset)|couldn't connect|could not connect|operation too slow|empty reply|network is unreachable|no route to host|does not appear to be a git repository|repository '[^']*' not found/i
const SIGN_IN =
  /authentication failed|could not read (?:username|password)|terminal prompts disabled|invalid credentials|permission denied \(/i
const RIGHTS = /the requested url returned error: 403|permission to .* denied|not allowed to push|insufficient permission|write access/i
const PROTECTED = /pre-receive hook declined|update hook declined|hook declined|protected branch|GH006|remote rejected|deny updating/i

/** What Git said about a server, with what to do. */
export function remoteError(stderr: string, { url, branch }: RemoteBranch, doing: string): UserError {
  const shown = redactText(url)
  const reason = redactText(stderr.trim())
  const details = { url: shown, branch }
  if (SIGN_IN.test(stderr)) {
    return new UserError('GitRefused', `${shown} wants to know who you are. Nothing was pushed.`, {
      reason,
      next: [
        'Sign in as Git does it: a credential helper, an SSH key, or a token. See: git help credentials',
        `Try it: git ls-remote ${shown}`,
      ],
      details,
    })
  }
  if (RIGHTS.test(stderr)) {
    return new UserError('GitRefused', `${shown} does not let you change ${branch}. Nothing was pushed.`, {
      reason,
      next: ['Ask its owner for the right to push, or sign in as somebody who has it.'],
      details,
    })
  }
  if (PROTECTED.test(stderr)) {
    return new UserError('GitRefused', `${shown} takes no push to ${branch}. Nothing was pushed.`, {
      reason,
      next: [
        'The branch is protected, or a rule of the server refuses the change: let this identity push to it, or bring the change there by a pull request.',
      ],
      details,
    })
  }
  const code = UNREACHABLE.test(stderr) ? 'GitUnreachable' : 'GitRefused'
  return new UserError(code, `Git could not ${doing} ${shown}.`, {
    reason,
    next: [`Try it by hand: git ls-remote ${shown}`, 'git.url in platform.yaml says where the repository is. Nothing local was lost.'],
    details,
  })
}
