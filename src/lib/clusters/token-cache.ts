import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder, homeFolder } from '../tools/cache-folder.js'
import type { ExecCredential } from './exec-credential.js'
import { type TokenRequest, usesSandboxKeys } from './token-request.js'

type Env = Readonly<Record<string, string | undefined>>

/** kubectl asks again when a token has expired, so one that is about to is of no use to it. */
const LEAST_LEFT_MS = 60_000
const MOST_LEFT_MS = 15 * 60_000

/** Variables that decide which identity the AWS SDK finds. */
const IDENTITY_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'HOME',
]

/**
 * The token of one request by one identity, in the user's cache. Whatever is wrong with the file, there is no token then; everything
 * here is synchronous and needs no library, because kubectl waits for it.
 */
export class TokenCache {
  readonly file: string
  readonly #key: string

  constructor(request: TokenRequest, env: Env) {
    this.#key = keyOf(request, env)
    this.file = path.join(
      cacheFolder(env),
      'tokens',
      `${request.cluster.replaceAll(/[^\w-]/g, '-').slice(0, 100)}-${shortHash(this.#key)}.json`,
    )
  }

  read(now: Date): ExecCredential | undefined {
    return attempt(() => {
      const { mode, uid } = regularFile(this.file)
      // A token that others could have put there is not ours.
      if ((mode & 0o077) !== 0 || (process.getuid !== undefined && uid !== process.getuid())) return undefined
      const kept = JSON.parse(readFileSync(this.file, 'utf8')) as { key?: unknown; credential?: Partial<ExecCredential> }
      const { token, expirationTimestamp } = kept.credential?.status ?? {}
      const left = Date.parse(expirationTimestamp ?? '') - now.getTime()
      if (kept.key !== this.#key || token?.startsWith('k8s-aws-v1.') !== true || !(left > LEAST_LEFT_MS && left <= MOST_LEFT_MS))
        return undefined
      return kept.credential as ExecCredential
    })
  }

  /** Keeps a token. A cache that cannot be written is none. */
  write(credential: ExecCredential): void {
    const unfinished = `${this.file}.${process.pid}`
    attempt(() => {
      mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 })
      writeFileSync(unfinished, JSON.stringify({ key: this.#key, credential }), { mode: 0o600, flag: 'wx' })
      renameSync(unfinished, this.file)
    })
    attempt(() => rmSync(unfinished, { force: true }))
  }
}

function regularFile(file: string): { mode: number; uid: number } {
  const found = lstatSync(file)
  if (!found.isFile()) throw new Error(`${file} is not a file.`)
  return found
}

/** Another identity must not get the token: everything that decides about it is part of the key. */
function keyOf(request: TokenRequest, env: Env): string {
  const { cluster, region, roleArn, profile, endpoint } = request
  const asked = [cluster, region, roleArn, profile, endpoint].map((value) => value ?? '')
  return JSON.stringify(usesSandboxKeys(request) ? asked : [...asked, ...identityOf(env)])
}

function identityOf(env: Env): string[] {
  const home = path.join(homeFolder(env), '.aws')
  const files = [
    env['AWS_CONFIG_FILE'] ?? path.join(home, 'config'),
    env['AWS_SHARED_CREDENTIALS_FILE'] ?? path.join(home, 'credentials'),
    path.join(home, 'sso', 'cache'),
    path.join(home, 'login', 'cache'),
  ]
  const secret = env['AWS_SECRET_ACCESS_KEY']
  return [...IDENTITY_VARIABLES.map((name) => env[name] ?? ''), secret === undefined ? '' : shortHash(secret), ...files.map(stampOf)]
}

/** Tells that a file was changed since. */
function stampOf(file: string): string {
  return (
    attempt(() => {
      const { mtimeMs, size } = statSync(file)
      return `${mtimeMs} ${size}`
    }) ?? ''
  )
}

/** FNV-1a: tells texts apart. Node's cryptography would take longer to load than all the rest. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
