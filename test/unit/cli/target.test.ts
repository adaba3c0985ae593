import { expect, test } from 'vitest'
import { createAwsTarget } from '../../../src/lib/aws/target.js'
import { execProgram } from '../../../src/lib/core/exec.js'

test('real AWS is reached without an endpoint and without credentials of ours', async () => {
  const target = createAwsTarget()
  expect(target.kind).toBe('aws')
  await target.prepare()
  expect(await target.connect({ id: '111122223333' }, 'eu-west-1')).toEqual({ accountId: '111122223333', region: 'eu-west-1' })
  const withoutRole = await target.connect({ id: '111122223333', roleArn: undefined }, 'eu-west-1')
  expect(Object.keys(withoutRole)).not.toContain('roleArn')
  const roleArn = 'arn:aws:iam::111122223333:role/deploy'
  expect(await target.connect({ id: '111122223333', roleArn }, 'eu-west-1')).toEqual({
    accountId: '111122223333',
    region: 'eu-west-1',
    roleArn,
  })
})

test('with target aws nothing of the sandbox is loaded', async () => {
  const url = (file: string): string => JSON.stringify(new URL(`../../../src/lib/${file}`, import.meta.url).href)
  // The loader has a thread of its own: what it writes must be out before the process ends.
  const loader = `import { writeSync } from 'node:fs'
    export async function load(url, context, next) { writeSync(1, url + '\\n'); return next(url, context) }`
  const code = `
    import { register } from 'node:module'
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(loader)}))
    const { createTarget } = await import(${url('cli/target.ts')})
    const target = await createTarget({}, { directory: '/', platform: { target: 'aws', region: 'eu-west-1' } })
    console.log('kind ' + target.kind)`
  const { stdout } = await execProgram(process.execPath, ['--import=tsx', '--input-type=module', '-e', code])
  expect(stdout).toContain('kind aws')
  expect(stdout).toContain('/lib/aws/target.ts')
  expect(stdout).not.toContain('/sandbox/')
})
