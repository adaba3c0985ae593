import { describe, expect, test } from 'vitest'
import { xmlAnswer, type Answer } from '../../../../src/lib/sandbox/gateway/answer.js'
import { withSignatureInHeader } from '../../../../src/lib/sandbox/gateway/presigned.js'
import type { OutgoingRequest } from '../../../../src/lib/sandbox/gateway/upstream.js'
import { resolveToken } from '../../../../src/lib/sandbox/eks-access/resolve-token.js'
import { NOW, operator, tokenOf } from './fakes.js'

const identity = xmlAnswer(
  200,
  'id',
  `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${operator.arn}</Arn><UserId>${operator.userId}</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
)

function stsThat(answers: Answer) {
  const sent: OutgoingRequest[] = []
  return { sent, now: () => NOW, send: async (request: OutgoingRequest) => (sent.push(request), answers) }
}

describe('who a token is from', () => {
  test('is what STS says to the call in it, with the name of this cluster', async () => {
    const sts = stsThat(identity)
    expect(await resolveToken(tokenOf({}, 'http://127.0.0.1:4100/'), { name: 'acme-dev' }, sts)).toEqual(operator)
    expect(sts.sent).toEqual([
      {
        method: 'GET',
        url: '/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE0000000001%2F20260304%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20260304T050600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id',
        rawHeaders: [
          'host',
          '127.0.0.1:4100',
          'x-k8s-aws-id',
          'acme-dev',
          'x-amz-date',
          '20260304T050600Z',
          'authorization',
          `AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE0000000001/20260304/eu-west-1/sts/aws4_request, SignedHeaders=host;x-k8s-aws-id, Signature=${'0'.repeat(64)}`,
        ],
        body: Buffer.alloc(0),
      },
    ])
  })

  test('stays open when STS refuses, or answers with something else', async () => {
    const refusal = xmlAnswer(403, 'id', '<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>')
    expect(await resolveToken(tokenOf(), { name: 'acme-dev' }, stsThat(refusal))).toBeUndefined()
    expect(await resolveToken(tokenOf(), { name: 'acme-dev' }, stsThat(xmlAnswer(200, 'id', '<html/>')))).toBeUndefined()
  })

  test('stays open for a malformed token, and STS is not asked', async () => {
    const sts = stsThat(identity)
    expect(await resolveToken('k8s-aws-v1.AAAA', { name: 'acme-dev' }, sts)).toBeUndefined()
    expect(sts.sent).toEqual([])
  })

  test.each([429, 503])('cannot be told while STS answers %i', async (status) => {
    await expect(resolveToken(tokenOf(), { name: 'acme-dev' }, stsThat(xmlAnswer(status, 'id', '<x/>')))).rejects.toThrow(String(status))
  })
})

test('a signature that moves to the header cannot break it or add to it', () => {
  const { rawHeaders } = withSignatureInHeader(
    `/?X-Amz-Algorithm=A&X-Amz-Credential=${encodeURIComponent('key\r\nx: y, SignedHeaders=host')}&X-Amz-Signature=1`,
    ['Authorization', 'old', 'Host', 'h'],
  )
  expect(rawHeaders).toEqual([
    'Host',
    'h',
    'x-amz-date',
    '',
    'authorization',
    'A Credential=keyx:ySignedHeaders=host, SignedHeaders=, Signature=1',
  ])
})
