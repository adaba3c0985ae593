import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AwsClients } from '../../../src/lib/aws/clients.js'
import { createAwsTarget } from '../../../src/lib/aws/target.js'

/** No such region: where a call leaves this test, there is nobody that could answer. */
const REGION = 'xx-nowhere-1'
const account = { id: '111122223333' }

let listener: Server
let folder: string
let url: string
let calls: string[]

beforeEach(async () => {
  calls = []
  listener = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`)
    response.writeHead(400).end('<ErrorResponse><Error><Code>Reached</Code></Error></ErrorResponse>')
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  folder = await mkdtemp(path.join(tmpdir(), 'platform-clients-'))
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_CONFIG_FILE', path.join(folder, 'config'))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', path.join(folder, 'credentials'))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
  await new Promise((resolve) => listener.close(resolve))
})

/** Where a call goes. Only a call to the listener is let through. */
async function destination(sts: STSClient): Promise<string> {
  let host = ''
  sts.middlewareStack.add(
    (next) => async (args) => {
      host = (args.request as { hostname: string }).hostname
      if (host === '127.0.0.1') return next(args)
      return { response: {}, output: { $metadata: {} } }
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  await sts.send(new GetCallerIdentityCommand({})).catch(() => undefined)
  return host
}

describe('the clients of target aws', () => {
  it.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS'])('do not obey %s', async (name) => {
    vi.stubEnv(name, url)
    const clients = new AwsClients(await createAwsTarget().connect(account, 'eu-west-1'))
    expect(await destination(await clients.sts())).toBe('sts.eu-west-1.amazonaws.com')
    expect(calls).toEqual([])
  })

  it('do not obey the endpoint of a profile', async () => {
    await writeFile(path.join(folder, 'config'), `[default]\nendpoint_url = ${url}\n`)
    const clients = new AwsClients(await createAwsTarget().connect(account, 'eu-west-1'))
    expect(await destination(await clients.sts())).toBe('sts.eu-west-1.amazonaws.com')
    expect(calls).toEqual([])
  })

  it('do not take a role from the endpoint of the environment', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', url)
    const roleArn = 'arn:aws:iam::111122223333:role/deploy'
    const clients = new AwsClients(await createAwsTarget().connect({ ...account, roleArn }, REGION))
    await expect((await clients.sts()).send(new GetCallerIdentityCommand({}))).rejects.toThrow()
    expect(calls).toEqual([])
  })

  it('do not take the credentials of a profile from the endpoint of the environment', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', url)
    vi.stubEnv('AWS_PROFILE', 'deploy')
    vi.stubEnv('AWS_ACCESS_KEY_ID', '')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', '')
    await writeFile(path.join(folder, 'credentials'), '[base]\naws_access_key_id = test\naws_secret_access_key = test\n')
    await writeFile(
      path.join(folder, 'config'),
      `[profile deploy]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = base\nregion = ${REGION}\n`,
    )
    const clients = new AwsClients(await createAwsTarget().connect(account, REGION))
    await expect((await clients.sts()).send(new GetCallerIdentityCommand({}))).rejects.toThrow()
    expect(calls).toEqual([])
  })
})

it('the clients of a sandbox go to its endpoint, whatever the environment says', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'https://elsewhere.example.com')
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const clients = new AwsClients({ accountId: '000000000000', region: 'eu-west-1', endpoint: url, credentials })
  await expect((await clients.sts()).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'Reached' })
  expect(calls).toEqual(['POST /'])
})
