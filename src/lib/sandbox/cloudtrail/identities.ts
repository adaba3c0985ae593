import { appendFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { readTextIfExists, writeFileAtomic } from '../../core/files.js'
import type { UserIdentity } from './record.js'

export interface IamUser {
  userName: string
  userId: string
  arn: string
}

export interface IdentitiesOptions {
  accountId: string
  /** Where the keys of sessions are remembered: no secret is among it. */
  file: string
  /** The user to whom an access key belongs. */
  userOf: (accessKeyId: string) => Promise<IamUser | undefined>
}

interface Session {
  accessKeyId: string
  expiresAt: string
  identity: UserIdentity
}

const ROOT_KEY_PREFIX = 'test'
/** Calls of a session may be noted a little after its end. */
const KEPT_MS = 86_400_000

/** Tells who a call is from, by the access key in its signature. */
export class Identities {
  readonly #options: IdentitiesOptions
  readonly #sessions = new Map<string, UserIdentity>()
  readonly #users = new Map<string, Promise<IamUser | undefined>>()

  private constructor(options: IdentitiesOptions) {
    this.#options = options
  }

  /** With the sessions that were remembered before. */
  static async open(options: IdentitiesOptions, now: Date): Promise<Identities> {
    const identities = new Identities(options)
    const text = (await readTextIfExists(options.file, { maxBytes: 256 * 1024 * 1024 })) ?? ''
    const oldest = new Date(now.getTime() - KEPT_MS).toISOString()
    const kept = text
      .split('\n')
      .flatMap(parseSession)
      .filter(({ expiresAt }) => expiresAt > oldest)
    for (const { accessKeyId, identity } of kept) identities.#sessions.set(accessKeyId, identity)
    if (text !== '') await writeFileAtomic(options.file, kept.map((session) => `${JSON.stringify(session)}\n`).join(''), { mode: 0o600 })
    return identities
  }

  async resolve(accessKeyId: string | undefined): Promise<UserIdentity> {
    const { accountId } = this.#options
    if (accessKeyId === undefined) return { type: 'Unknown' }
    if (accessKeyId.startsWith(ROOT_KEY_PREFIX)) {
      return { type: 'Root', principalId: accountId, arn: `arn:aws:iam::${accountId}:root`, accountId, accessKeyId }
    }
    const session = this.#sessions.get(accessKeyId)
    if (session) return session
    const user = await this.#userOf(accessKeyId)
    if (!user) return { type: 'Unknown', accessKeyId }
    return { type: 'IAMUser', principalId: user.userId, arn: user.arn, accountId, accessKeyId, userName: user.userName }
  }

  /** Remembers whose keys STS handed out. */
  async remember(accessKeyId: string, identity: UserIdentity, expiresAt: string): Promise<void> {
    this.#sessions.set(accessKeyId, { ...identity, accessKeyId })
    const session: Session = { accessKeyId, expiresAt, identity: { ...identity, accessKeyId } }
    await mkdir(path.dirname(this.#options.file), { recursive: true, mode: 0o700 })
    await appendFile(this.#options.file, `${JSON.stringify(session)}\n`, { mode: 0o600 })
  }

  /** A key belongs to its user for ever, so an answer is kept; that there is none is not. */
  async #userOf(accessKeyId: string): Promise<IamUser | undefined> {
    const known = this.#users.get(accessKeyId) ?? this.#options.userOf(accessKeyId).catch(() => undefined)
    this.#users.set(accessKeyId, known)
    const user = await known
    if (!user) this.#users.delete(accessKeyId)
    return user
  }
}

function parseSession(line: string): Session[] {
  try {
    return [JSON.parse(line) as Session]
  } catch {
    return []
  }
}
