/** The version in every path of S3 Control, which shares the signing name of S3. It is no valid bucket name only by convention. */
const PREFIX = '/v20180820/'

/** Operations of S3 Control that the sandbox carries out, which have one path (Amazon S3 API Reference, "Amazon S3 Control"). */
const ACTIONS: Readonly<Record<string, string>> = {
  GET: 'GetPublicAccessBlock',
  PUT: 'PutPublicAccessBlock',
  DELETE: 'DeletePublicAccessBlock',
}

export function isS3Control(path: string): boolean {
  return path.startsWith(PREFIX)
}

export function s3ControlAction(method: string, path: string): string | undefined {
  return path.replace(/\/$/, '') === `${PREFIX}configuration/publicAccessBlock` ? ACTIONS[method] : undefined
}
