import * as z from 'zod'
import { days, email, logRetentionDays, name, principalArn } from './schema-parts.js'

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
const repository = z
  .string()
  .max(200)
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/, {
    error: 'must be lower-case letters and digits, with single dots, dashes, underscores and slashes between them, such as shop/web',
  })

const domain = z
  .string()
  .max(253)
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/, {
    error: 'must be a domain in lower-case letters such as platform.example.com, without a dot at the end',
  })

const keyArn = z.string().regex(/^arn:aws(?:-[a-z]+)*:kms:[a-z]{2}(?:-[a-z]+)+-\d:\d{12}:key\/[\w-]+$/, {
  error: 'must be the ARN of a KMS key (an alias does not do)',
})

const userArn = z.string().regex(/^arn:aws(?:-[a-z]+)*:iam::\d{12}:user\/[\w+=,.@/-]{1,512}$/, {
  error: 'must be the ARN of an IAM user: the session of a role does not tell whether MFA was used',
})

/**
 * Repositories that were made, renamed or moved since July 2026 have the ids of owner and repository in their subject.
 * https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
 */
const githubSubject = (ends: string, words: string) =>
  z
    .string()
    .regex(
      new RegExp(
        `^repo:[A-Za-z0-9-]+(?:@[0-9]+)?/[A-Za-z0-9._-]+(?:@[0-9]+)?:(?:ref:refs/(?:heads|tags)/[^*?\\s]+|environment:[^*?\\s]+${ends})$`,
      ),
      {
        error: `must be repo:OWNER/NAME: or repo:OWNER@ID/NAME@ID: and ref:refs/heads/BRANCH, ref:refs/tags/TAG or environment:NAME${words}, without * and ?`,
      },
    )

const gitlabSubject = z.string().regex(/^project_path:[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)+:ref_type:(?:branch|tag):ref:[^*?\s]+$/, {
  error: 'must be project_path:GROUP/PROJECT:ref_type:branch:ref:BRANCH (or ref_type:tag), without * and ?',
})

const createProvider = z
  .boolean()
  .default(true)
  .describe('false when the account has this identity provider already: it can have one of each.')

const accountNameOrId = z.string().regex(/^(?:\d{12}|(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9])$/, {
  error: 'must be a name from accounts, or the 12 digits of an AWS account in quotes',
})

const registrySchema = z
  .strictObject({
    repositories: z
      .array(repository)
      .default([])
      .describe('Names of the repositories. In AWS they start with the name of the platform. None: no registry.'),
    pullAccounts: z.array(accountNameOrId).default([]).describe('Accounts that may pull: names from accounts, or ids.'),
    untaggedDays: days(1, 3650).default(14).describe('Days after which an image without a tag is removed.'),
    keepImages: z.int().min(10).max(100_000).optional().describe('Newest images kept in each repository. Default: all that have a tag.'),
  })
  .prefault({})
  .describe('Container registries (ECR).')

/** Ends the check of a trail, so that its days are compared only when each of them is valid. */
const trailDays = (min: number, max: number): z.ZodInt => z.int().min(min, { abort: true }).max(max, { abort: true })

const trailSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether what is done in the account is recorded.'),
    retentionDays: trailDays(90, 36_500).default(730).describe('Days that records are kept.'),
    coldStorageDays: trailDays(1, 36_499).default(90).describe('Days after which records move to cheaper storage.'),
    lock: z
      .strictObject({
        mode: z
          .enum(['governance', 'compliance'])
          .default('governance')
          .describe('governance: a special right deletes records early. compliance: nobody can, and neither the bucket.'),
        days: trailDays(1, 36_500).default(365).describe('Days during which nobody changes or deletes a record. At most retentionDays.'),
      })
      .prefault({})
      .describe('The lock on each record.'),
    kmsEvents: z.boolean().default(true).describe('Whether each use of a KMS key is recorded.'),
    dataEvents: z
      .array(z.enum(['dynamodb', 'lambda', 's3']))
      .default([])
      .describe('Services of which each read and write is recorded too. They cost extra.'),
    logRetentionDays: logRetentionDays.default(90).describe('Days that records are kept in CloudWatch Logs.'),
  })
  // At the trail itself: either of the two may be a default that is not written.
  .check(({ value: { lock, coldStorageDays, retentionDays }, value, issues }) => {
    const refuse = (message: string): void => void issues.push({ code: 'custom', input: value, path: [], message })
    if (lock.days > retentionDays) refuse(`lock.days (${lock.days}) must be at most retentionDays (${retentionDays})`)
    if (coldStorageDays >= retentionDays)
      refuse(`coldStorageDays (${coldStorageDays}) must be smaller than retentionDays (${retentionDays})`)
  })
  .prefault({})
  .describe('The audit trail (CloudTrail) of all regions.')

const zoneSchema = z
  .strictObject({
    certificate: z.boolean().default(true).describe('Whether there is one, for the domain and all names one level below it.'),
    parent: domain.optional().describe('Another zone from here, which then points to this one.'),
    parentZoneId: z
      .string()
      .regex(/^Z[A-Z0-9]{1,31}$/, { error: 'must be the id of a hosted zone such as Z0123456789ABCDEFGHIJ' })
      .optional()
      .describe('Any other hosted zone of the account, which then points to this one.'),
    waitForCertificate: z
      .boolean()
      .default(false)
      .describe('The domain already leads here: wait until the certificate is issued. Environments use it from then on.'),
  })
  .refine(({ parent, parentZoneId }) => parent === undefined || parentZoneId === undefined, {
    path: ['parentZoneId'],
    error: 'must not stand beside parent: one of them names the zone above',
  })
  .refine(({ certificate, waitForCertificate }) => certificate || !waitForCertificate, {
    path: ['waitForCertificate'],
    error: 'needs certificate: true',
  })

const dnsSchema = z
  .strictObject({ zones: z.record(domain, zoneSchema).default({}).describe('Hosted zones by domain. None: no zones.') })
  .prefault({})
  .describe('Names and certificates (Route 53, ACM).')

const accessBaselineSchema = z
  .strictObject({
    passwordPolicy: z.boolean().default(true).describe('Passwords of IAM users have 14 characters at least.'),
    blockPublicBuckets: z.boolean().default(true).describe('No bucket of the account can be public.'),
    encryptVolumes: z.boolean().default(true).describe('Every new EBS volume of the region is encrypted.'),
    volumeKey: keyArn.optional().describe('KMS key for volumes that name none. Default: the key of EBS.'),
    accessAnalyzer: z.boolean().default(true).describe('IAM Access Analyzer reports what other accounts can reach.'),
    breakGlass: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether there is a role for emergencies. It needs MFA.'),
        principals: z.array(userArn).default([]).describe('IAM users that may take it. Empty: whom IAM policies of the account allow.'),
      })
      .prefault({})
      .describe('The role for emergencies.'),
    toolRoles: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether there is a role that may plan, and one that may apply.'),
        planPrincipals: z
          .array(principalArn)
          .default([])
          .describe('Who may take the role that plans. Empty: whom IAM policies of the account allow.'),
        applyPrincipals: z
          .array(principalArn)
          .default([])
          .describe('Who may take the role that applies. Empty: whom IAM policies of the account allow.'),
      })
      .prefault({})
      .describe('The roles of platform itself.'),
    github: z
      .strictObject({
        planSubjects: z.array(githubSubject('|pull_request', ' or pull_request')).default([]).describe('Runs that may plan.'),
        applySubjects: z
          .array(githubSubject('', ' (a pull request may only plan: anybody can open one)'))
          .default([])
          .describe('Runs that may apply.'),
        createProvider,
      })
      .optional()
      .describe('GitHub Actions that take the roles without a key, by the exact subject of their token.'),
    gitlab: z
      .strictObject({
        url: z
          .string()
          .regex(/^https:\/\/[a-z0-9.-]+[a-z0-9]$/, { error: 'must be https:// and a host, without a slash at the end' })
          .default('https://gitlab.com')
          .describe('Address of GitLab, and audience of its tokens.'),
        planSubjects: z.array(gitlabSubject).default([]).describe('Pipelines that may plan.'),
        applySubjects: z.array(gitlabSubject).default([]).describe('Pipelines that may apply.'),
        createProvider,
      })
      .optional()
      .describe('GitLab pipelines that take the roles without a key, by the exact subject of their token.'),
  })
  .refine(({ volumeKey, encryptVolumes }) => volumeKey === undefined || encryptVolumes, {
    path: ['volumeKey'],
    error: 'needs encryptVolumes: true',
  })
  .refine(({ github, toolRoles }) => github === undefined || toolRoles.enabled, {
    path: ['github'],
    error: 'needs toolRoles.enabled: true',
  })
  .refine(({ gitlab, toolRoles }) => gitlab === undefined || toolRoles.enabled, {
    path: ['gitlab'],
    error: 'needs toolRoles.enabled: true',
  })
  .prefault({})
  .describe('Rules of the account, and the roles of those who work in it.')

const budgetSchema = z.strictObject({
  monthlyUsd: z.number().positive().describe('What a month may cost, in US dollars.'),
  environment: name.optional().describe('Only what carries the tags of this environment, or of shared. Default: the whole account.'),
  emails: z.array(email).min(1).max(10).describe('Who is told.'),
  thresholds: z
    .array(z.number().positive().max(1000))
    .min(1)
    .max(4)
    .default([80, 100])
    .describe('Percentages of the budget at which they are told.'),
})

/** What environments share: the section `shared` of `platform.yaml`. */
export const sharedSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('false: somebody else sees to what these parts do, and platform makes none of them.'),
  account: name.optional().describe('Name from accounts. Default: the first one.'),
  protection: z.boolean().default(true).describe('Refuses shared destroy.'),
  keys: z
    .strictObject({
      rotationDays: days(90, 2560).default(365).describe('KMS rotates the key material this often.'),
      deletionWindowDays: days(7, 30).default(30).describe('Days between the deletion of a key and its end.'),
      administrators: z.array(principalArn).default([]).describe('Who may administer the keys, beside the role that creates them.'),
      users: z.array(principalArn).default([]).describe('Who may encrypt and decrypt with the keys.'),
    })
    .prefault({})
    .describe('The KMS keys.'),
  registry: registrySchema,
  trail: trailSchema,
  dns: dnsSchema,
  accessBaseline: accessBaselineSchema,
  alerts: z
    .strictObject({
      emails: z
        .array(email)
        .max(10)
        .default([])
        .describe('Who is told when the role for emergencies is used. AWS asks each address for a confirmation.'),
    })
    .prefault({})
    .describe('Alarms. The use of the role for emergencies raises one where there is an audit trail.'),
  budgets: z.record(name, budgetSchema).default({}).describe('Monthly budgets by a name of your choice.'),
  costAllocationTags: z
    .array(z.string().min(1).max(128))
    .default([])
    .describe('Tags by which costs are told apart. Only the account that pays may, and only once billing has seen them.'),
})

export type SharedSettings = z.output<typeof sharedSchema>
