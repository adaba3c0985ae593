import { expect, test } from 'vitest'
import { refuseForeignChanges } from '../../../src/lib/roots/foreign.js'
import type { Root } from '../../../src/lib/roots/root.js'
import { summarisePlan } from '../../../src/lib/terraform/plan.js'

const root = {
  name: 'dev',
  file: 'environments/dev.yaml',
  foreign: { module: 'module.cluster', imports: [] },
  commands: { plan: 'platform env plan dev' },
} as unknown as Root
const ASSOCIATION = 'module.access.aws_eks_pod_identity_association.this["karpenter"]'

function plan(address: string, actions: string[], id?: string) {
  const type = 'aws_eks_pod_identity_association'
  return summarisePlan({ resource_changes: [{ address, mode: 'managed', type, change: { actions, ...(id && { importing: { id } }) } }] })
}

test.each([[['update']], [['delete', 'create']], [['delete']]])(
  'an import that would %j what exists already is refused by name',
  (actions) => {
    expect(() => refuseForeignChanges(root, plan(ASSOCIATION, actions, 'Legacy,a-1'))).toThrow(
      expect.objectContaining({ code: 'ImportNotClean', reason: expect.stringContaining(ASSOCIATION) as string }) as Error,
    )
  },
)

test('what is new, or taken over as it is, is fine; the cluster itself is never changed', () => {
  expect(() => refuseForeignChanges(root, plan(ASSOCIATION, ['create']))).not.toThrow()
  expect(() => refuseForeignChanges(root, plan(ASSOCIATION, ['no-op'], 'Legacy,a-1'))).not.toThrow()
  expect(() => refuseForeignChanges(root, plan('module.cluster.aws_eks_cluster.this', ['create']))).toThrow('would change it')
  expect(() => refuseForeignChanges({ ...root, foreign: undefined } as never, plan(ASSOCIATION, ['update'], 'x'))).not.toThrow()
})
