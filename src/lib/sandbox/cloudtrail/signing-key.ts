import { createHash, createPrivateKey, createPublicKey, generateKeyPair, sign } from 'node:crypto'
import { promisify } from 'node:util'
import * as z from 'zod/mini'
import { toJsonText, writeFileAtomic } from '../../core/files.js'
import { readJsonRecord } from '../json-record.js'

const schema = z.object({ privateKey: z.string(), since: z.string() })

/** With what the sandbox signs digest files, as AWS does with keys of its own. */
export interface SigningKey {
  /** Of PKCS #1, as ListPublicKeys gives it. */
  publicKey: Buffer
  fingerprint: string
  since: Date
  until: Date
  /** @returns in hexadecimal. */
  sign(text: string): string
}

const VALID_MS = 365 * 86_400_000

/** The key of a sandbox, made when it is first needed. */
export async function signingKey(file: string, now: Date): Promise<SigningKey> {
  const kept = (await readJsonRecord(file, schema)) ?? (await makeKey(file, now))
  const key = createPrivateKey(kept.privateKey)
  const publicKey = createPublicKey(key).export({ type: 'pkcs1', format: 'der' })
  const since = new Date(kept.since)
  return {
    publicKey,
    fingerprint: createHash('md5').update(publicKey).digest('hex'),
    since,
    until: new Date(since.getTime() + VALID_MS),
    sign: (text) => sign('sha256', Buffer.from(text), key).toString('hex'),
  }
}

async function makeKey(file: string, now: Date): Promise<z.output<typeof schema>> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const made = { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), since: now.toISOString() }
  await writeFileAtomic(file, toJsonText(made), { mode: 0o600 })
  return made
}
