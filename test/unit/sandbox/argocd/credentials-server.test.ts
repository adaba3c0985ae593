import { afterEach, describe, expect, test } from 'vitest'
import { CredentialsServer } from '../../../../src/lib/sandbox/argocd/credentials-server.js'
import type { PodCredentials, PodIdentity, PodPrincipal } from '../../../../src/lib/sandbox/argocd/pod-identity.js'

const controller: PodPrincipal = {
  cluster: 'dev',
  region: 'eu-west-1',
  namespace: 'argocd',
  serviceAccount: 'argocd-application-controller',
}
const HOUR_MS = 3_600_000

let server: CredentialsServer
afterEach(() => server.stop())

let asked: PodPrincipal[]
let now: Date
async function start(identity?: PodIdentity): Promise<void> {
  asked = []
  now = new Date('2030-01-01T00:00:00Z')
  server = await CredentialsServer.start(
    identity ??
      (async (principal) => {
        asked.push(principal)
        return { credentials: credentials(String(asked.length)) }
      }),
    () => now,
    () => undefined,
  )
}

function credentials(AccessKeyId: string): PodCredentials {
  return { AccessKeyId, SecretAccessKey: 's', Token: 't', AccountId: '0', Expiration: new Date(now.getTime() + HOUR_MS).toISOString() }
}

/** As an SDK does it. */
async function ask(environment: Record<string, string>, change: { url?: string; token?: string } = {}) {
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN: token = '', AWS_CONTAINER_CREDENTIALS_FULL_URI: url = '' } = environment
  const answer = await fetch(change.url ?? url, { headers: { authorization: change.token ?? token } })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

describe('the server of credentials', () => {
  test('gives a process those of its own service account', async () => {
    await start()
    expect(await ask(server.environmentOf(controller))).toMatchObject({ status: 200, body: { AccessKeyId: '1', Token: 't' } })
    expect(asked).toEqual([controller])
  })

  test('keeps them until they are about to end', async () => {
    await start()
    const environment = server.environmentOf(controller)
    await ask(environment)
    now = new Date(now.getTime() + 0.5 * HOUR_MS)
    expect((await ask(environment)).body['AccessKeyId']).toBe('1')
    now = new Date(now.getTime() + 0.3 * HOUR_MS)
    expect((await ask(environment)).body['AccessKeyId']).toBe('2')
  })

  test('refuses a wrong token, and that of another service account', async () => {
    await start()
    const environment = server.environmentOf(controller)
    const other = server.environmentOf({ ...controller, serviceAccount: 'argocd-server' })
    expect((await ask(environment, { token: '' })).status).toBe(403)
    expect((await ask(environment, { url: other['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '' })).status).toBe(403)
    expect(asked).toEqual([])
  })

  test('says why there are none', async () => {
    await start(async () => ({ refused: 'no association' }))
    expect(await ask(server.environmentOf(controller))).toMatchObject({ status: 404, body: { message: 'no association' } })
  })

  test('tells nothing of what went wrong inside', async () => {
    await start(async () => Promise.reject(new Error('secret')))
    const { body, status } = await ask(server.environmentOf(controller))
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('secret')
  })

  test('has nothing elsewhere', async () => {
    await start()
    const { origin } = new URL(server.environmentOf(controller)['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '')
    expect((await ask({}, { url: `${origin}/` })).status).toBe(404)
  })
})
