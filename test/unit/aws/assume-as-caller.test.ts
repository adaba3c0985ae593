import { expect, test } from 'vitest'
import { sessionNameOf } from '../../../src/lib/aws/assume-as-caller.js'

test.each([
  ['arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_1/alice@example.com', 'alice@example.com'],
  ['arn:aws:iam::111122223333:user/team/bob', 'bob'],
  ['arn:aws:sts::111122223333:federated-user/carol', 'carol'],
  ['arn:aws:iam::111122223333:root', 'root'],
  ['arn:aws:iam::111122223333:user/x', 'x-'],
  ['arn:aws:iam::111122223333:user/a b*c', 'a-b-c'],
  [`arn:aws:iam::111122223333:user/${'long'.repeat(30)}`, 'long'.repeat(16)],
])('the session of %s is called %s', (arn, name) => {
  expect(sessionNameOf(arn)).toBe(name)
})
