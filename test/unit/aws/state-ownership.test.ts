import { expect, test } from 'vitest'
import { ownedBy } from '../../../src/lib/aws/state-ownership.js'

const state = (attributes: object, mode = 'managed'): string =>
  JSON.stringify({ version: 4, resources: [{ mode, type: 'x', instances: [{ attributes }] }] })

test.each([
  ['its ARN', { arn: 'arn:aws:logs:r:1:log-group:/x' }, 'arn:aws:logs:r:1:log-group:/x:*', true],
  ['its id', { id: 'nat-1' }, 'arn:aws:ec2:r:1:natgateway/nat-1', true],
  [
    'the ARN under another name',
    { id: 'c:p', access_entry_arn: 'arn:aws:eks:r:1:access-entry/c/x' },
    'arn:aws:eks:r:1:access-entry/c/x',
    true,
  ],
  ['what AWS makes along', { id: 'vpc-1', default_security_group_id: 'sg-1' }, 'arn:aws:ec2:r:1:security-group/sg-1', true],
  ['the secret of a database', { master_user_secret: [{ secret_arn: 'arn:aws:s:r:1:secret:x' }] }, 'arn:aws:s:r:1:secret:x', true],
  ['only what it refers to', { id: 'subnet-1', vpc_id: 'vpc-2' }, 'arn:aws:ec2:r:1:vpc/vpc-2', false],
  ['only what it refers to, deeper', { vpc_config: [{ id: 'sg-2' }] }, 'arn:aws:ec2:r:1:security-group/sg-2', false],
])('a state owns what names %s', (_, attributes, arn, owned) => {
  expect(ownedBy([state({}), state(attributes)])(arn)).toBe(owned)
})

test('a state does not own what it only read, and a text that is no state owns nothing', () => {
  expect(ownedBy([state({ id: 'vpc-1' }, 'data')])('arn:aws:ec2:r:1:vpc/vpc-1')).toBe(false)
  expect(ownedBy(['nothing', '[]', '{"resources":[null,{"mode":"managed","instances":[{"attributes":null}]}]}'])('arn:a')).toBe(false)
})
