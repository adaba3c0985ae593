import { execa } from 'execa'
import { mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer, request as sendTo } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExecCredential } from '../../src/lib/clusters/exec-credential.js'
import type { KubeconfigResult } from '../../src/lib/clusters/kubeconfig.js'
import type { ClusterStatus } from '../../src/lib/clusters/status.js'
import { TestApiServer } from '../helpers/api-server.js'
import { clientsOf } from '../helpers/aws.js'
import { Repository, runCli } from '../helpers/repository.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

let repository: Repository
let folder: string
let endpoint: string
let env: Record<string, string>
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-cluster-'))
  env = { KUBECONFIG: path.join(folder, 'config') }
  repository = await Repository.init()
  await mkdir(path.join(repository.directory, 'environments'), { recursive: true })
  await writeFile(path.join(repository.directory, 'environments/dev.yaml'), ENVIRONMENT)
  const { variables } = (await repository.run('sandbox', 'env', '--json')).json<{ variables: Record<string, string> }>()
  endpoint = variables['AWS_ENDPOINT_URL'] ?? ''
})
afterAll(async () => {
  await repository.remove()
  await rm(folder, { recursive: true, force: true })
})

const platform = (...args: string[]) => repository.runWith({ env }, ...args)
const kubectl = async (...args: string[]) => execa('kubectl', args, { env, reject: false })
const config = () => readFile(env['KUBECONFIG'] ?? '', 'utf8')
const urlOf = (token: string) => new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString())

/** Makes the cluster as Terraform would, without waiting for all the rest of an environment. */
async function createCluster(): Promise<void> {
  const { CreateClusterCommand } = await import('@aws-sdk/client-eks')
  await (
    await (await clientsOf(repository)).eks()
  ).send(
    new CreateClusterCommand({
      name: 'acme-dev',
      version: '1.35',
      roleArn: 'arn:aws:iam::000000000000:role/cluster',
      resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'], endpointPublicAccess: true, publicAccessCidrs: ['192.0.2.0/24'] },
    }),
  )
}

/** What botocore, the library of the aws CLI, makes of the same keys at the same moment. */
async function signedByBotocore(url: URL, keys: { id: string; secret: string; token?: string }): Promise<Record<string, string>> {
  const script = `
import datetime, json, sys, botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from urllib.parse import urlsplit, parse_qsl
given = json.loads(sys.argv[1])
moment = datetime.datetime.strptime(given['date'], '%Y%m%dT%H%M%SZ')
botocore.auth.get_current_datetime = lambda *words, **named: moment
request = AWSRequest(method='GET', url=given['origin'] + '/?Action=GetCallerIdentity&Version=2011-06-15', headers={'x-k8s-aws-id': 'acme-dev'})
keys = Credentials(given['id'], given['secret'], given.get('token'))
botocore.auth.SigV4QueryAuth(keys, 'sts', 'eu-west-1', expires=60).add_auth(request)
print(json.dumps(dict(parse_qsl(urlsplit(request.url).query))))`
  const given = { ...keys, date: url.searchParams.get('X-Amz-Date'), origin: url.origin }
  const { stdout } = await execa('python3', ['-c', script, JSON.stringify(given)])
  return JSON.parse(stdout) as Record<string, string>
}

/** Sends everything on to a sandbox, and keeps what was sent. */
async function recordingRelay(upstream: string): Promise<{ url: string; bodies: string[]; stop(): Promise<unknown> }> {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const { method, headers, url } = request
    const sent = sendTo(new URL(url ?? '/', upstream), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
      sent.write(chunk)
    })
    request.on('end', () => {
      bodies.push(body)
      sent.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    stop: async () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('cluster status and kubeconfig before there is a cluster', () => {
  it('say what makes one', async () => {
    for (const command of ['status', 'kubeconfig']) {
      const result = await platform('cluster', command, 'dev', '--json')
      expect(result.exitCode).toBe(1)
      expect(result.json()).toMatchObject({
        error: { code: 'ClusterNotFound', next: ['platform env create dev', 'platform env show dev'] },
      })
    }
    await createCluster()
  })
})

describe('cluster token', () => {
  const direct = (...more: string[]) => ['cluster', 'token', '--cluster', 'acme-dev', '--region', 'eu-west-1', ...more]

  it('is what aws eks get-token prints, signed as botocore signs', async () => {
    const result = await platform('cluster', 'token', '--cluster', 'dev')
    expect(result.exitCode).toBe(0)
    const { apiVersion, kind, status } = result.json<ExecCredential>()
    expect({ apiVersion, kind }).toEqual({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' })
    const left = Date.parse(status.expirationTimestamp) - Date.now()
    expect(left).toBeGreaterThan(12 * 60_000)
    expect(left).toBeLessThanOrEqual(14 * 60_000)
    const url = urlOf(status.token)
    expect(Object.fromEntries(url.searchParams)).toEqual(await signedByBotocore(url, { id: 'test', secret: 'test' }))

    const reference = await execa('aws', ['eks', 'get-token', '--cluster-name', 'acme-dev', '--region', 'eu-west-1'], {
      env: { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    })
    const other = urlOf((JSON.parse(reference.stdout) as ExecCredential).status.token)
    expect(url.origin + url.pathname).toBe(other.origin + other.pathname)
    expect([...url.searchParams.keys()].toSorted()).toEqual([...other.searchParams.keys()].toSorted())
    for (const name of ['X-Amz-SignedHeaders', 'X-Amz-Expires', 'X-Amz-Credential', 'Action', 'Version'])
      expect(url.searchParams.get(name)).toBe(other.searchParams.get(name))
  })

  it('works outside of a repository, from the cache the second time', async () => {
    const words = direct('--endpoint-url', endpoint)
    const [first, second] = [await runCli(words, { cwd: '/' }), await runCli(words, { cwd: '/' })]
    expect(first).toMatchObject({ exitCode: 0, stderr: '' })
    expect(second.stdout).toBe(first.stdout)
    const refused = await runCli(['cluster', 'token', '--cluster', 'acme-dev', '--json'], { cwd: '/' })
    expect(refused.exitCode).toBe(64)
    expect(refused.json()).toMatchObject({ error: { code: 'BadFlag', message: 'Outside of a repository, --region is needed.' } })
  })

  it('names the caller in the session of a role', async () => {
    const { CreateUserCommand, CreateAccessKeyCommand, CreateRoleCommand } = await import('@aws-sdk/client-iam')
    const iam = await (await clientsOf(repository)).iam()
    await iam.send(new CreateUserCommand({ UserName: 'alice@example.com' }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice@example.com' }))
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }] }
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'readers', AssumeRolePolicyDocument: JSON.stringify(trust) }))
    const file = path.join(folder, 'aws')
    await writeFile(file, `[alice]\naws_access_key_id = ${AccessKey?.AccessKeyId}\naws_secret_access_key = ${AccessKey?.SecretAccessKey}\n`)
    const relay = await recordingRelay(endpoint)
    const words = direct('--endpoint-url', relay.url, '--profile', 'alice', '--role-arn', Role?.Arn ?? '')
    const result = await runCli(words, { cwd: '/', env: { AWS_SHARED_CREDENTIALS_FILE: file } })
    await relay.stop()
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    expect(urlOf(result.json<ExecCredential>().status.token).searchParams.get('X-Amz-Security-Token')).not.toBeNull()
    const calls = relay.bodies.map((body) => new URLSearchParams(body))
    expect(calls.map((call) => call.get('Action'))).toEqual(['GetCallerIdentity', 'AssumeRole'])
    expect(calls[1]?.get('RoleSessionName')).toBe('alice@example.com')
  })

  it('asks for credentials where there are none, and refuses bad values', async () => {
    const none = await runCli(direct('--json'), { cwd: '/', env: { HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' } })
    expect(none.exitCode).toBe(1)
    expect(none.json()).toMatchObject({ error: { code: 'NoCredentials' } })
    for (const bad of [
      ['--region', 'eu-west-1.evil.example/#'],
      ['--role-arn', 'admin', '--region', 'eu-west-1'],
      ['--endpoint-url', endpoint],
      ['--endpoint-url', 'http://sandbox.example.com', '--region', 'eu-west-1'],
    ]) {
      const refused = await runCli(['cluster', 'token', '--cluster', 'acme-dev', ...bad, '--json'], { cwd: '/' })
      expect(refused.exitCode).toBe(64)
      expect(refused.json()).toMatchObject({ error: { code: 'BadFlag' } })
    }
  })
})

describe('cluster kubeconfig', () => {
  it('shows what it would do, and does it', async () => {
    const preview = await platform('cluster', 'kubeconfig', 'dev', '--dry-run', '--json')
    expect(preview.json()).toMatchObject({ status: 'added', dryRun: true })
    await expect(stat(env['KUBECONFIG'] ?? '')).rejects.toMatchObject({ code: 'ENOENT' })
    const result = (await platform('cluster', 'kubeconfig', 'dev', '--json')).json<KubeconfigResult>()
    expect(result).toMatchObject({ environment: 'dev', status: 'added', contexts: ['acme-dev'], currentContext: 'acme-dev' })
    expect((await stat(env['KUBECONFIG'] ?? '')).mode & 0o777).toBe(0o600)
    expect((await kubectl('config', 'get-contexts', '-o', 'name')).stdout).toBe('acme-dev')
    const view = JSON.parse((await kubectl('config', 'view', '-o', 'json')).stdout) as { users: Array<{ user: { exec: object } }> }
    expect(view.users[0]?.user.exec).toMatchObject({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: expect.stringMatching(/^\/.*\/bin\/run\.js$/) as string,
      args: ['cluster', 'token', '--cluster', 'acme-dev', '--region', 'eu-west-1', '--endpoint-url', endpoint],
      interactiveMode: 'Never',
      provideClusterInfo: false,
    })
  })

  it('kubectl really calls it, and shows the token to the API server', async () => {
    const server = await TestApiServer.start(folder, { '/version': { major: '1', minor: '35', gitVersion: 'v1.35.4' } })
    try {
      const set = await kubectl(
        'config',
        'set-cluster',
        'acme-dev',
        '--server',
        server.url,
        '--certificate-authority',
        server.certificateFile,
        '--embed-certs',
      )
      expect(set.exitCode).toBe(0)
      const { stdout, stderr } = await kubectl('get', '--raw', '/version')
      expect(stderr).toBe('')
      expect(JSON.parse(stdout)).toMatchObject({ gitVersion: 'v1.35.4' })
      const token = server.requests[0]?.authorization?.replace('Bearer ', '') ?? ''
      const url = urlOf(token)
      expect(Object.fromEntries(url.searchParams)).toEqual(await signedByBotocore(url, { id: 'test', secret: 'test' }))
    } finally {
      await server.stop()
    }
  })

  it('brings its entries up to date after kubectl has written the file, once', async () => {
    await kubectl('config', 'set-context', 'acme-dev', '--namespace', 'mine')
    expect((await platform('cluster', 'kubeconfig', 'dev', '--json')).json()).toMatchObject({ status: 'updated' })
    expect((await platform('cluster', 'kubeconfig', 'dev', '--json')).json()).toMatchObject({ status: 'unchanged' })
    expect(await config()).toContain('namespace: mine')
  })

  it('leaves everything of others as it is, and takes out exactly what it added', async () => {
    const target = path.join(folder, 'others')
    await writeFile(target, '')
    const link = path.join(folder, 'link')
    await symlink(target, link)
    const other = { KUBECONFIG: `${link}${path.delimiter}${env['KUBECONFIG']}` }
    await execa('kubectl', ['config', '--kubeconfig', target, 'set-cluster', 'other', '--server', 'https://other.example.com'])
    await execa('kubectl', ['config', '--kubeconfig', target, 'set-context', 'other', '--cluster', 'other', '--user', 'nobody'])
    await execa('kubectl', ['config', '--kubeconfig', target, 'use-context', 'other'])
    const before = `# by hand\n${await readFile(target, 'utf8')}`
    await writeFile(target, before)
    const added = await repository.runWith({ env: other }, 'cluster', 'kubeconfig', 'dev', '--alias', 'mine', '--json')
    expect(added.json()).toMatchObject({ status: 'added', contexts: ['mine'], files: [link], currentContext: 'other' })
    const contexts = await execa('kubectl', ['config', 'get-contexts', '-o', 'name'], { env: other })
    expect(contexts.stdout.split('\n').toSorted()).toEqual(['acme-dev', 'mine', 'other'])
    expect(await readlink(link)).toBe(target)
    const used = await repository.runWith({ env: other }, 'cluster', 'kubeconfig', 'dev', '--alias', 'mine', '--use', '--json')
    expect(used.json()).toMatchObject({ status: 'updated', currentContext: 'mine' })
    await execa('kubectl', ['config', '--kubeconfig', target, 'use-context', 'other'])
    const removed = await repository.runWith({ env: other }, 'cluster', 'kubeconfig', 'dev', '--remove', '--alias', 'mine', '--json')
    expect(removed.json()).toMatchObject({ status: 'removed', contexts: ['mine'] })
    expect(await execa('kubectl', ['config', 'get-contexts', '-o', 'name'], { env: other })).toMatchObject({ stdout: 'acme-dev\nother' })
    expect(await readFile(target, 'utf8')).toContain('server: https://other.example.com')
    expect(await readFile(target, 'utf8')).not.toContain('mine')
  })

  it('refuses a name that is not its own, and a locked file', async () => {
    const taken = path.join(folder, 'taken')
    await execa('kubectl', ['config', '--kubeconfig', taken, 'set-cluster', 'acme-dev', '--server', 'https://other.example.com'])
    const before = await readFile(taken, 'utf8')
    const refused = await platform('cluster', 'kubeconfig', 'dev', '--kubeconfig', taken, '--json')
    expect(refused.exitCode).toBe(3)
    expect(refused.json()).toMatchObject({
      error: { code: 'KubeconfigConflict', next: expect.arrayContaining([expect.stringContaining('--alias')]) as string[] },
    })
    expect(await readFile(taken, 'utf8')).toBe(before)
    await writeFile(`${taken}.lock`, '')
    const locked = await platform('cluster', 'kubeconfig', 'dev', '--kubeconfig', taken, '--alias', 'dev', '--json')
    expect(locked.json()).toMatchObject({ error: { code: 'KubeconfigLocked' } })
    expect(await readFile(taken, 'utf8')).toBe(before)
  })

  it('forgets the cluster, and the current context that was its', async () => {
    expect((await platform('cluster', 'kubeconfig', 'dev', '--remove', '--json')).json()).toMatchObject({
      status: 'removed',
      currentContext: '',
    })
    expect((await kubectl('config', 'get-contexts', '-o', 'name')).stdout).toBe('')
    expect((await platform('cluster', 'kubeconfig', 'dev', '--remove', '--json')).json()).toMatchObject({ status: 'unchanged' })
    expect((await platform('cluster', 'kubeconfig', 'dve', '--remove', '--json')).json()).toMatchObject({
      error: { code: 'EnvironmentNotFound' },
    })
  })
})

describe('cluster status', () => {
  it('tells what EKS knows, and what the API server says where there is one', async () => {
    const result = await platform('cluster', 'status', 'dev', '--json')
    expect(result.exitCode).toBe(0)
    const status = result.json<ClusterStatus>()
    expect(status).toMatchObject({
      environment: 'dev',
      cluster: 'acme-dev',
      kubernetes: { version: '1.35', support: 'standard', standardSupportEnds: '2027-03-27' },
      endpoint: { public: true, publicCidrs: ['192.0.2.0/24'] },
      nodeGroups: [],
      addons: [],
    })
    const people = await platform('cluster', 'status', 'dev')
    expect(people.exitCode).toBe(0)
    // Where nothing runs behind the cluster, that is said and nothing fails.
    if (!status.api.reachable) expect(people.stdout).toMatch(/API server +not reachable: \S/)
  })
})
