import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { toJsonText, writeFileAtomic } from '../../core/files.js'
import type { Answer } from '../gateway/answer.js'
import { textOf } from '../gateway/xml-text.js'
import { hiddenActions, shownActions, TRUST_LOCK } from './iam-trust-policies.js'
import type { Mend, MendContext, MendRequest } from './mend.js'
import { callQuery } from './root-calls.js'
import { trustWithSession } from './trust-with-session.js'

/**
 * Gap: a trust policy that names a role does not let its sessions in, only their exact ARNs, so one role can't lead to another one
 * (fakecloud 0.51.0, evaluator.rs, `principal_matches_scoped`). For the moment of the call the session is named too. Nobody sees that: who
 * reads or changes roles waits meanwhile, and a note on disk lets the next start put the policy back after a crash. Conditions are the
 * emulator's to judge.
 */
export const stsRoleSessions: Mend = {
  id: 'sts-role-sessions',
  gap: 'A trust policy that names a role refuses its sessions.',
  service: 'sts',
  actions: ['AssumeRole'],
  handle: async (request, context) =>
    context.exclusively(TRUST_LOCK, async () => {
      const answer = await context.forward(request)
      const refused = refusedSession(answer)
      return refused ? withSession(refused, request, answer, context) : answer
    }),
  repair: putBackPolicies,
}

interface Refused {
  session: string
  role: string
}

/** The emulator says that only after it has checked the signature. */
function refusedSession({ body, status }: Answer): Refused | undefined {
  if (status !== 403) return undefined
  const [, session, role] =
    /User: (arn:aws:sts::\d+:assumed-role\/\S+) is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::\d+:role\/([^\s<]+)/.exec(
      body.toString('utf8'),
    ) ?? []
  return session !== undefined && role !== undefined ? { session, role: role.split('/').at(-1) ?? '' } : undefined
}

async function withSession({ role, session }: Refused, request: MendRequest, refusal: Answer, context: MendContext): Promise<Answer> {
  const policy = await trustOf(role, context)
  const widened = policy === undefined ? undefined : trustWithSession(policy, session)
  if (policy === undefined || widened === undefined) return refusal
  const folder = notesFolder(context.stateFolder)
  const note = path.join(folder, createHash('sha256').update(role).digest('hex').slice(0, 16))
  await mkdir(folder, { recursive: true })
  await writeFileAtomic(note, toJsonText({ role, policy, region: context.region }))
  try {
    await setTrust(role, widened, context)
    return await context.forward(request)
  } finally {
    await setTrust(role, policy, context)
    await rm(note, { force: true })
  }
}

async function trustOf(role: string, context: MendContext): Promise<string | undefined> {
  const xml = await callQuery(context, 'iam', { Action: 'GetRole', Version: '2010-05-08', RoleName: role })
  const text = textOf(xml, 'AssumeRolePolicyDocument')
  return text === undefined ? undefined : shownActions(decodeURIComponent(text))
}

async function setTrust(role: string, policy: string, context: MendContext): Promise<void> {
  const parameters = { Action: 'UpdateAssumeRolePolicy', Version: '2010-05-08', RoleName: role, PolicyDocument: hiddenActions(policy) }
  if ((await callQuery(context, 'iam', parameters)) === '') throw new Error(`The trust policy of ${role} could not be set.`)
}

function notesFolder(stateFolder: string): string {
  return path.join(stateFolder, 'trust')
}

async function putBackPolicies(stateFolder: string, contextFor: (region: string) => MendContext): Promise<void> {
  const folder = notesFolder(stateFolder)
  for (const name of await readdir(folder).catch(() => [])) {
    const note = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as { role: string; policy: string; region: string }
    // The role may be gone since.
    if ((await trustOf(note.role, contextFor(note.region))) !== undefined) await setTrust(note.role, note.policy, contextFor(note.region))
    await rm(path.join(folder, name), { force: true })
  }
}
