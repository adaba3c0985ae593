import { describe, expect, it } from 'vitest'
import { explainAwsError } from '../../../src/lib/aws/explain-error.js'
import { explainDiagnostics, explainFailedCall } from '../../../src/lib/terraform/advice.js'
import { awsError } from '../../helpers/fake-aws.js'

const place = { program: 'terraform', folder: '/repositories/acme/infra/environments/dev' }
const sts = 'Error: validating provider credentials: retrieving caller identity from STS: operation error STS: GetCallerIdentity, api error'

/** What Terraform 1.11 prints on stderr, with its line breaks. */
const CHECKSUM = `
Error: Failed to install provider

Error while installing hashicorp/aws v5.100.0: the local package for
registry.terraform.io/hashicorp/aws 5.100.0 doesn't match any of the
checksums previously recorded in the dependency lock file (this might be
because the available checksums are for packages targeting different
platforms); for more information:
https://developer.hashicorp.com/terraform/language/files/dependency-lock#checksum-verification
`
const NO_PROVIDER = `
Error: Failed to query available provider packages

Could not retrieve the list of available versions for provider
hashicorp/random: could not connect to registry.terraform.io: failed to
request discovery document: Get
"https://registry.terraform.io/.well-known/terraform.json": proxyconnect tcp:
dial tcp 127.0.0.1:9: connect: connection refused
`
const NO_MODULE = `
Error: Failed to download module

Could not download module "x" (main.tf:1) source code from
"git::ssh://git@example.com/x.git": error downloading: /usr/bin/git exited with 128:
fatal: transport 'ssh' not allowed
`
const LOCK_DENIED = `
Error: Error acquiring the state lock

Error message: operation error S3: PutObject, https response error StatusCode:
403, api error AccessDenied: Access Denied

Terraform acquires a state lock to protect the state from being written
`

describe('explainFailedCall', () => {
  it.each([
    ['expired credentials', `${sts} ExpiredToken: The security token included in the request is expired`, 'NoCredentials', /Renew/],
    ['a missing right', `${sts} AccessDenied: User: x is not authorized to perform: s3:ListBucket`, 'AwsRefused', /Ask for the right/],
    ['no credentials', 'Error: No valid credential sources found', 'NoCredentials', /get-caller-identity/],
    ['a missing profile', 'Error: failed to get shared config profile, nope', 'NoCredentials', /get-caller-identity/],
    ['a missing provider', NO_PROVIDER, 'ProviderMissing', /^terraform -chdir=infra\/environments\/dev providers mirror /],
    [
      'a foreign lock file',
      CHECKSUM,
      'ChecksumMismatch',
      /^terraform -chdir=infra\/environments\/dev providers lock -platform=linux_amd64 /,
    ],
    ['a module that is elsewhere', NO_MODULE, 'ToolFailed', /\.\.\/\.\.\/modules/],
    ['a lock that may not be taken', LOCK_DENIED, 'AwsRefused', /Ask for the right/],
    ['a lock that is taken', 'Error: Error acquiring the state lock', 'StateLocked', /Wait/],
    ['what nobody thought of', 'Error: odd', 'ToolFailed', /run the same command again/],
  ])('%s', (_what, stderr, code, next) => {
    const error = explainFailedCall('init', stderr, place)
    expect(error).toMatchObject({ code, message: 'terraform init failed in infra/environments/dev.' })
    expect(error.next[0]).toMatch(next)
  })

  it('gives commands that a shell reads as they are meant', () => {
    const { next } = explainFailedCall('init', CHECKSUM, { program: '/my tools/terraform', folder: "/it's here" })
    expect(next[0]).toMatch(/^'\/my tools\/terraform' -chdir='\/it'\\''s here' providers lock /)
  })

  it('repeats what Terraform said', () => {
    expect(explainFailedCall('init', CHECKSUM, place).reason).toBe(CHECKSUM.trim())
  })

  it('keeps the beginning of much text, without secrets', () => {
    const { reason } = explainFailedCall('init', `Error: first\npassword = "hunter2hunter2"\n${'x'.repeat(1e6)}`, place)
    expect(reason).toMatch(/^Error: first/)
    expect(reason).not.toContain('hunter2')
    expect(reason!.length).toBeLessThan(5000)
  })

  it('says something when Terraform said nothing', () => {
    expect(explainFailedCall('init', ' ', place).reason).toMatch(/without saying why/)
  })
})

describe('Terraform and our own calls to AWS', () => {
  it.each([
    ['ExpiredToken', 'The provided token has expired.'],
    ['ExpiredTokenException', 'The security token included in the request is expired'],
    ['CredentialsProviderError', 'The SSO session associated with this profile has expired.'],
    ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
    ['AccessDenied', 'User: x is not authorized to perform: ec2:RunInstances'],
    ['UnauthorizedOperation', 'You are not authorized to perform this operation.'],
  ])('give %s the same code', (name, message) => {
    const { code } = explainAwsError(awsError(name, 403, message), 'look') as ReturnType<typeof explainFailedCall>
    expect(explainFailedCall('init', `Error: api error ${name}: ${message}`, place).code).toBe(code)
    expect(explainDiagnostics('apply', [{ severity: 'error', summary: `api error ${name}: ${message}` }], '').code).toBe(code)
  })
})

describe('what is damaged or in the way', () => {
  it.each([
    ['Error: failed to read dependency lock file: 1 problems', 'git checkout HEAD -- infra/environments/dev/.terraform.lock.hcl'],
    ['Error: Saved plan is stale', 'Make a new plan: platform env plan NAME'],
    ['Error: Unsupported state file format\n\nThe state file uses format version 99', 'A newer Terraform has written the state.'],
    ['Error: write plan.tfplan: no space left on\ndevice', 'Make room on the disk'],
  ])('%j has its own way on', (said, way) => {
    expect(explainFailedCall('init', said, place).next.join('\n')).toContain(way)
    expect(explainDiagnostics('apply', [], said)).toMatchObject({ code: 'ApplyFailed', reason: said })
  })

  it('is named by its folder in the repository, also for what environments share', () => {
    const shared = { ...place, folder: '/repositories/acme/infra/shared' }
    expect(explainFailedCall('init', 'Error: x', shared).message).toBe('terraform init failed in infra/shared.')
  })
})
