/** The secrets that AWS made for the passwords of databases, with what is in them. Asked without a client library: nothing else needs one. */
export async function managedPasswords(endpoint: string): Promise<Array<{ arn: string; password: string }>> {
  const { SecretList } = (await call(endpoint, 'ListSecrets', {})) as { SecretList: Array<{ ARN: string }> }
  return Promise.all(
    SecretList.map(async ({ ARN }) => {
      const { SecretString } = (await call(endpoint, 'GetSecretValue', { SecretId: ARN })) as { SecretString: string }
      return { arn: ARN, password: (JSON.parse(SecretString) as { password: string }).password }
    }),
  )
}

async function call(endpoint: string, operation: string, input: object): Promise<unknown> {
  const credential = 'test/20260101/eu-west-1/secretsmanager/aws4_request'
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${operation}`,
    },
    body: JSON.stringify(input),
  })
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}
