import { describe, expect, it } from 'vitest'
import { execProgram } from '../../../src/lib/core/exec.js'
import { terraformEnvironment } from '../../../src/lib/terraform/environment-variables.js'

const caller = {
  PATH: '/bin',
  HOME: '/home/dev',
  AWS_PROFILE: 'production',
  AWS_ACCESS_KEY_ID: 'REAL',
  AWS_ENDPOINT_URL_EKS: 'https://example.com',
  TF_CLI_ARGS: '-lock=false',
  TF_VAR_region: 'us-east-1',
  TF_LOG: 'trace',
}

const sandbox = {
  accountId: '000000000000',
  region: 'eu-west-1',
  endpoint: 'http://127.0.0.1:4000',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
}

describe('terraformEnvironment', () => {
  it('keeps the caller’s AWS settings out of a sandbox, and Terraform on this machine', () => {
    const env = terraformEnvironment(caller, sandbox)
    expect(env).toMatchObject({
      PATH: '/bin',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4000',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    })
    expect(env['HTTPS_PROXY']).toContain('127.0.0.1')
    expect(Object.keys(env)).not.toContain('AWS_PROFILE')
    expect(JSON.stringify(env)).not.toMatch(/REAL|example\.com/)
  })

  it.each(['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])('leads %s of a sandbox nowhere', (name) => {
    const env = terraformEnvironment({ [name]: 'http://proxy.example.com' }, sandbox)
    expect(env[name]).toBe('http://127.0.0.1:9')
    expect(env['NO_PROXY']).toBe(env['no_proxy'])
  })

  it('leads plain HTTP of a sandbox to the sandbox', () => {
    expect(terraformEnvironment({ HTTP_PROXY: 'http://proxy.example.com' }, sandbox)['HTTP_PROXY']).toBe(sandbox.endpoint)
  })

  it('gives a sandbox no agent for SSH', () => {
    const agent = { SSH_AUTH_SOCK: '/run/agent' }
    expect(terraformEnvironment(agent, sandbox)).not.toHaveProperty('SSH_AUTH_SOCK')
    expect(terraformEnvironment(agent, { accountId: '111122223333', region: 'eu-west-1' })).toMatchObject(agent)
  })

  it.each(['ssh://git@127.0.0.1:1/x.git', 'git@localhost:x.git', 'git://127.0.0.1:1/x.git', 'https://127.0.0.1:1/x.git'])(
    'lets the Git of a sandbox fetch no module from %s',
    async (address) => {
      const env = terraformEnvironment({ PATH: process.env['PATH'], HOME: '/nonexistent' }, sandbox)
      const fetching = execProgram('git', ['ls-remote', address], { env })
      await expect(fetching).rejects.toMatchObject({ reason: expect.stringMatching(/transport '\w+' not allowed/) as string })
    },
  )

  it('leaves credentials of a real account to the SDK’s chain, but no endpoint', () => {
    const env = terraformEnvironment(caller, { accountId: '111122223333', region: 'eu-west-1' })
    expect(env).toMatchObject({ AWS_PROFILE: 'production', AWS_REGION: 'eu-west-1' })
    expect(Object.keys(env).filter((name) => name.includes('ENDPOINT'))).toEqual(['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'])
  })

  it('leads Terraform to no other AWS than our own clients', () => {
    const addresses = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_S3_ENDPOINT', 'AWS_STS_ENDPOINT', 'AWS_DYNAMODB_ENDPOINT']
    const metadata = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://169.254.169.254' }
    const elsewhere = Object.fromEntries([...addresses, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'].map((name) => [name, 'https://example.com']))
    const env = terraformEnvironment({ ...elsewhere, ...metadata }, { accountId: '111122223333', region: 'eu-west-1' })
    expect(env).toMatchObject({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', ...metadata })
    expect(JSON.stringify(env)).not.toContain('example.com')
  })

  it.each(['TF_CLI_ARGS', 'TF_VAR_region', 'TF_LOG'])('never passes on %s', (name) => {
    expect(terraformEnvironment(caller, { accountId: '111122223333', region: 'eu-west-1' })).not.toHaveProperty(name)
  })
})
