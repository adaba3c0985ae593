import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebhookServer, type Review } from '../../../../src/lib/sandbox/clusters/webhook-server.js'

let server: WebhookServer
const seen: unknown[] = []
const log: string[] = []

beforeEach(async () => {
  seen.length = 0
  log.length = 0
  server = await WebhookServer.start(
    {
      token: async (cluster, review) => {
        seen.push(['token', cluster, review])
        if (review['broken'] === true) throw new Error('no answer')
        return { ...review, status: { authenticated: true } }
      },
      access: async (cluster, review) => {
        seen.push(['access', cluster, review])
        return { ...review, status: { allowed: true } }
      },
    },
    (line) => log.push(line),
  )
})
afterEach(() => server.stop())

async function post(url: string, body: unknown): Promise<{ status: number; body: Review }> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as Review }
}

describe('the webhooks', () => {
  test('ask about a token and about access, each for one cluster', async () => {
    const review = { kind: 'TokenReview', spec: { token: 'k8s-aws-v1.x' } }
    expect(await post(server.tokenUrl('dev'), review)).toEqual({ status: 200, body: { ...review, status: { authenticated: true } } })
    expect(await post(`${server.accessUrl('test')}?timeout=5s`, {})).toEqual({ status: 200, body: { status: { allowed: true } } })
    expect(seen).toEqual([
      ['token', 'dev', review],
      ['access', 'test', {}],
    ])
  })

  test('listen on this machine only', () => {
    expect(new URL(server.tokenUrl('dev')).hostname).toBe('127.0.0.1')
  })

  test.each(['', '/wrong', `/${'x'.repeat(48)}`])('answer nobody who calls %j', async (secret) => {
    const { origin } = new URL(server.tokenUrl('dev'))
    expect((await post(`${origin}${secret}/dev/token`, {})).status).toBe(404)
    expect(seen).toEqual([])
  })

  test('answer nothing else', async () => {
    expect((await post(server.tokenUrl('dev').replace('/token', '/other'), {})).status).toBe(404)
    expect((await post(server.tokenUrl('dev/x'), {})).status).toBe(404)
    expect((await fetch(server.tokenUrl('dev'))).status).toBe(404)
  })

  test('a review that fails is an error, and logged', async () => {
    expect((await post(server.tokenUrl('dev'), { broken: true })).status).toBe(500)
    expect(log.join()).toContain('webhook dev/token: Error: no answer')
  })
})
