import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionsOf } from './terraform-json.js'
import { ACCOUNT, copyOfTemplates, findBinary, REGION, startEmulator, type Emulator } from './workbench.js'

const BUCKET = `acme-state-${ACCOUNT}-${REGION}`
const terraform = (await findBinary('terraform'))!
let emulator: Emulator
let folder: string

const run = (args: string[], okCodes = [0]) => terraform.run(folder, args, { endpoint: emulator.endpoint, okCodes })

beforeAll(async () => {
  emulator = await startEmulator()
  await makeBucket()
  folder = await copyOfTemplates()
})
afterAll(async () => emulator.stop())

/** A state bucket as it is made without Terraform, with one state in it. */
async function makeBucket(): Promise<void> {
  const s3 = await emulator.clients.s3()
  const Bucket = BUCKET
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }))
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const }, BucketKeyEnabled: true }
  await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }))
  const closed = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true }
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: closed }))
  const statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: `arn:aws:s3:::${Bucket}/*`,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'environments/dev/terraform.tfstate', Body: '{}' }))
}

test('a bucket made elsewhere is adopted as the README says, and not replaced', async () => {
  const readme = await readFile(path.join(folder, 'modules/state/1.0.0/README.md'), 'utf8')
  const example = /```hcl\n([\s\S]+?)```/.exec(readme)?.[1] ?? ''
  expect(example).toContain('import {')
  await writeFile(
    path.join(folder, 'main.tf'),
    `${example.replace('../modules/state', './modules/state').replaceAll('111122223333', ACCOUNT)}\nprovider "aws" {\n  s3_use_path_style = true\n}\n`,
  )
  await run(['init', '-input=false'])
  await run(['plan', '-input=false', '-out=adopt.tfplan'])
  const actions = actionsOf((await run(['show', '-json', 'adopt.tfplan'])).stdout)
  expect(actions['import']).toHaveLength(example.match(/^import \{/gm)!.length)
  expect(actions['create']).toEqual(['module.state.aws_s3_bucket_ownership_controls.this'])
  expect(Object.keys(actions).filter((action) => action.includes('delete'))).toEqual([])

  await run(['apply', '-input=false', 'adopt.tfplan'])
  expect((await run(['plan', '-input=false', '-detailed-exitcode'], [0, 2])).exitCode).toBe(0)
  const versioning = await (await emulator.clients.s3()).send(new GetBucketVersioningCommand({ Bucket: BUCKET }))
  expect(versioning.Status).toBe('Enabled')
})

test('and is never destroyed', async () => {
  const { exitCode, stdout } = await run(['plan', '-destroy', '-json', '-input=false'], [0, 1])
  expect(exitCode).toBe(1)
  expect(stdout).toContain('prevent_destroy')
})
