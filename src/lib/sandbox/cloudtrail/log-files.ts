import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { DigestChain, LogFile } from './delivery-state.js'
import type { TrailRecord } from './record.js'
import { withoutFraction } from './sessions.js'
import type { SigningKey } from './signing-key.js'

/** What is to be put into a trail's bucket. */
export interface TrailObject {
  key: string
  body: Buffer
  metadata?: Record<string, string>
}

interface Place {
  accountId: string
  region: string
  bucket: string
  prefix: string | undefined
}

/** Records of one region as the file that CloudTrail makes of them (AWS CloudTrail User Guide, "CloudTrail log file name format"). */
export function logFileOf(records: readonly TrailRecord[], place: Place, now: Date): { object: TrailObject; entry: LogFile } {
  const { accountId, bucket, region } = place
  const text = JSON.stringify({ Records: records })
  const minute = `${compact(now).slice(0, 13)}Z`
  const unique = randomBytes(24)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 16)
  const key = `${folderOf(place, 'CloudTrail', now)}/${accountId}_CloudTrail_${region}_${minute}_${unique}.json.gz`
  const times = records.map(({ eventTime }) => eventTime).sort()
  const entry: LogFile = {
    s3Bucket: bucket,
    s3Object: key,
    hashValue: sha256(text),
    hashAlgorithm: 'SHA-256',
    newestEventTime: times.at(-1) ?? '',
    oldestEventTime: times[0] ?? '',
  }
  return { object: { key, body: gzipSync(text) }, entry }
}

/** The digest of what was delivered since the one before (AWS CloudTrail User Guide, "CloudTrail digest file structure"). */
export function digestOf(
  chain: DigestChain,
  place: Place & { trail: string; homeRegion: string },
  signer: SigningKey,
  now: Date,
): { object: TrailObject; next: DigestChain } {
  const { accountId, bucket, homeRegion, region, trail } = place
  const end = withoutFraction(now)
  const name = `${accountId}_CloudTrail-Digest_${region}_${trail}_${homeRegion}_${compact(now)}Z.json.gz`
  const key = `${folderOf(place, 'CloudTrail-Digest', now)}/${name}`
  const { files, previous, since } = chain
  const text = JSON.stringify({
    awsAccountId: accountId,
    digestStartTime: since,
    digestEndTime: end,
    digestS3Bucket: bucket,
    digestS3Object: key,
    digestPublicKeyFingerprint: signer.fingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime:
      files
        .map(({ newestEventTime }) => newestEventTime)
        .sort()
        .at(-1) ?? null,
    oldestEventTime: files.map(({ oldestEventTime }) => oldestEventTime).sort()[0] ?? null,
    previousDigestS3Bucket: previous?.bucket ?? null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous?.hash ?? null,
    previousDigestHashAlgorithm: previous ? 'SHA-256' : null,
    previousDigestSignature: previous?.signature ?? null,
    logFiles: files,
  })
  const hash = sha256(text)
  const signature = signer.sign([end, `${bucket}/${key}`, hash, previous?.signature ?? 'null'].join('\n'))
  return {
    object: { key, body: gzipSync(text), metadata: { signature, 'signature-algorithm': 'SHA256withRSA' } },
    next: { since: end, files: [], previous: { bucket, key, hash, signature } },
  }
}

function folderOf({ accountId, prefix, region }: Place, kind: string, now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '/')
  return `${prefix === undefined || prefix === '' ? '' : `${prefix}/`}AWSLogs/${accountId}/${kind}/${region}/${day}`
}

/** `20260131T120000` */
function compact(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
