import { AwsClients } from '../aws/clients.js'
import { checkIdentity } from '../aws/identity.js'
import { ensureBucket, hasSetting, putSetting, stateBucketExists, stateBucketName } from '../aws/state-bucket.js'
import { stateBucketSettings, type BucketSetting, type StateBucketOwner } from '../aws/state-bucket-settings.js'
import type { Project } from '../config/project.js'
import type { AwsTarget } from '../core/target.js'
import { chooseAccount } from './choose-account.js'
import { runSteps, type Step, type StepsPorts } from '../core/steps.js'

export interface BackendResult {
  bucket: string
  account: string
  region: string
  status: 'created' | 'repaired' | 'unchanged' | 'planned'
  created: boolean
  /** Settings that were missing or wrong on a bucket that existed. */
  repaired: string[]
}

export interface BackendOptions {
  /** Account from `platform.yaml`. Absent: the only one. */
  account?: string
  /** Absent: the platform's region. */
  region?: string
  dryRun: boolean
}

export type BackendClients = Pick<AwsClients, 's3' | 'sts'>

/**
 * Makes or repairs the state bucket of an account in `platform.yaml`. See `ensureBackend`.
 * @throws `BadFlag` when there is no such account, and what `ensureBackend` throws.
 */
export async function createBackend(
  ports: StepsPorts,
  project: Project,
  target: AwsTarget,
  options: BackendOptions,
): Promise<BackendResult> {
  const account = chooseAccount(project, options)
  const { id, region } = account
  await target.prepare()
  const clients = new AwsClients(await target.connect(account, region))
  return ensureBackend(ports, clients, { platform: project.platform.name, accountId: id, region }, options)
}

/**
 * Makes the bucket that keeps the Terraform state of one account and region, or repairs it.
 * With `dryRun` the same steps are shown and nothing is changed.
 * @throws `WrongAccount`, `BackendNotOurs`, `NoCredentials`, `AwsRefused`, `VerifyFailed`
 */
export async function ensureBackend(
  ports: StepsPorts,
  clients: BackendClients,
  owner: StateBucketOwner,
  options: { dryRun: boolean },
): Promise<BackendResult> {
  const bucket = stateBucketName(owner)
  const found = { exists: false }
  const { results } = await runSteps(ports, `State bucket ${bucket}`, [
    identityStep(clients, owner),
    bucketStep(ports, clients, owner, found, options.dryRun),
    ...stateBucketSettings.map((setting) => settingStep(ports, clients, owner, found, setting, options.dryRun)),
  ])
  const written = results.filter(({ outcome }) => outcome === 'done' || outcome === 'planned').map(({ id }) => id)
  const created = written.includes('bucket')
  const repaired = created ? [] : stateBucketSettings.map(({ id }) => id).filter((id) => written.includes(id))
  const changed = created ? 'created' : repaired.length > 0 ? 'repaired' : 'unchanged'
  return {
    bucket,
    account: owner.accountId,
    region: owner.region,
    status: options.dryRun && changed !== 'unchanged' ? 'planned' : changed,
    created: created && !options.dryRun,
    repaired,
  }
}

function identityStep(clients: BackendClients, owner: StateBucketOwner): Step {
  return {
    id: 'identity',
    title: 'AWS account',
    run: async () => {
      const { arn } = await checkIdentity(clients, owner.accountId)
      return { outcome: 'unchanged', detail: arn }
    },
  }
}

function bucketStep(
  ports: StepsPorts,
  clients: BackendClients,
  owner: StateBucketOwner,
  found: { exists: boolean },
  dryRun: boolean,
): Step {
  return {
    id: 'bucket',
    title: 'Bucket',
    isDone: async () => (found.exists = await stateBucketExists(clients, owner)),
    run: async () => {
      if (dryRun) return { outcome: 'planned', detail: `would create ${stateBucketName(owner)}` }
      const created = await ensureBucket(clients, owner, ports)
      found.exists = true
      return { outcome: created ? 'done' : 'unchanged' }
    },
  }
}

function settingStep(
  ports: StepsPorts,
  clients: BackendClients,
  owner: StateBucketOwner,
  found: { exists: boolean },
  setting: BucketSetting,
  dryRun: boolean,
): Step {
  return {
    id: setting.id,
    title: setting.title,
    isDone: async () => found.exists && (await hasSetting(clients, owner, setting, ports)),
    run: async () => {
      if (dryRun) return { outcome: 'planned' }
      await putSetting(clients, owner, setting, ports)
      return { outcome: 'done' }
    },
  }
}
