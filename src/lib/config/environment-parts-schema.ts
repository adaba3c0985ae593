import * as z from 'zod'
import { databaseEngines } from './choices.js'
import { cidr, email, later, logRetentionDays, name } from './schema-parts.js'

// The parts of an environment that can be switched on beside its network, keys and cluster.

const certificateArn = z.string().regex(/^arn:aws(?:-[a-z]+)*:acm:[a-z]{2}(?:-[a-z]+)+-\d:\d{12}:certificate\/[\w-]+$/, {
  error: 'must be the ARN of a certificate in ACM',
})
/** A rule of the lists is one of addresses, and /0 would let everybody past, or nobody. */
const listedCidr = cidr.regex(/\/(?!0$)/, { error: 'must be smaller than /0' })
const targetGroupName = z.string().regex(/^[a-z][a-z0-9-]{0,14}[a-z0-9]$/, {
  error: 'must be 2 to 16 lower-case letters, digits and dashes, starting with a letter and not ending with a dash',
})

const targetGroupSchema = later(() =>
  z.strictObject({
    port: z.int().min(1).max(65_535).default(8080).describe('Port of the pods.'),
    protocol: z.enum(['HTTP', 'HTTPS']).default('HTTP').describe('How the load balancer speaks to the pods.'),
    weight: z.int().min(0).max(999).default(100).describe('Share of the requests. 0: none.'),
    healthPath: z
      .string()
      .regex(/^\/[!-~]{0,1023}$/, { error: 'must be a path such as /healthz' })
      .default('/healthz')
      .describe('Path that answers 200 to 299 while a pod is healthy.'),
  }),
)

export const edgeSchema = later(() =>
  z.strictObject({
    enabled: z.boolean().optional().describe('Whether there is a load balancer.'),
    scheme: z
      .enum(['internet-facing', 'internal'])
      .optional()
      .describe('Who can reach it. Default: internal for a management environment, internet-facing otherwise.'),
    allowedCidrs: z
      .array(cidr)
      .min(1)
      .optional()
      .describe('Address ranges that may reach it. Default: everybody, or the network itself when internal.'),
    certificateArns: z
      .array(certificateArn)
      .refine((arns) => new Set(arns).size === arns.length, { error: 'names a certificate twice' })
      .optional()
      .describe('ACM certificates, the default one first. Default: those of the shared root that were waited for.'),
    plainHttp: z
      .boolean()
      .optional()
      .describe('Forwards requests without TLS while there is no certificate. Without it they are answered with 503.'),
    targetGroups: z
      .record(targetGroupName, targetGroupSchema)
      .refine((groups) => Object.keys(groups).length >= 1 && Object.keys(groups).length <= 5, { error: 'must name 1 to 5 target groups' })
      .refine((groups) => Object.values(groups).some(({ weight }) => weight > 0), { error: 'must have a group with a weight above 0' })
      .optional()
      .describe('Target groups by name. Written here, they replace those of the preset: blue with everything, green with nothing.'),
    accessLogRetentionDays: z.int().min(1).max(3653).optional().describe('Days that access logs are kept.'),
  }),
)

/** Rule groups of AWS that the web ACL uses. */
const wafRuleGroups = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesCommonRuleSet',
  'AWSManagedRulesKnownBadInputsRuleSet',
  'AWSManagedRulesSQLiRuleSet',
] as const

export const wafSchema = later(() =>
  z.strictObject({
    enabled: z.boolean().optional().describe('Whether there is a web ACL. It needs `edge`.'),
    mode: z.enum(['count', 'block']).optional().describe('count: only counts what block refuses, for trying it out.'),
    rateLimit: z.int().min(10).max(2_000_000_000).optional().describe('Most requests of one address in five minutes.'),
    allowCidrs: z.array(listedCidr).max(10_000).optional().describe('Addresses that pass without being looked at.'),
    blockCidrs: z.array(listedCidr).max(10_000).optional().describe('Addresses that are refused, also in mode count.'),
    countedRules: z
      .partialRecord(z.enum(wafRuleGroups), z.array(z.string().regex(/^[\w-]{1,128}$/, { error: 'must be the name of a rule' })).min(1))
      .optional()
      .describe('Rules that only count, by rule group of AWS: for those that refuse what is right.'),
    logRetentionDays: logRetentionDays.optional().describe('Days that its log is kept.'),
  }),
)

const databaseName = z.string().regex(/^(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9]$/, {
  error: 'must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash',
})
const tableKey = later(() =>
  z.strictObject({
    name: z.string().min(1).max(255).describe('Name of the attribute.'),
    type: z.enum(['S', 'N', 'B']).default('S').describe('Text, number or bytes.'),
  }),
)

const databaseFields = later(() =>
  z.strictObject({
    engine: z.enum(databaseEngines).describe('What it is.'),
    version: z
      .string()
      .regex(/^\d+(?:\.\d+)*$/, { error: 'must be a version in quotes, such as "16.8"' })
      .optional()
      .describe('Version of the engine, in quotes: major.minor, or the major version alone for PostgreSQL. Not for dynamodb.'),
    instanceClass: z
      .string()
      .regex(/^(?:db|cache)\.[a-z0-9-]+\.[a-z0-9]+$/, { error: 'must be an instance class such as db.t4g.medium or cache.t4g.small' })
      .optional()
      .describe('Size of a node. Not for dynamodb.'),
    instances: z.int().min(1).max(6).optional().describe('Nodes, in different zones. postgresql: 2 is a standby. Not for dynamodb.'),
    storageGiB: z
      .int()
      .min(20)
      .max(16_384)
      .optional()
      .describe('Storage at the start; it grows by itself to four times of it. postgresql only.'),
    databaseName: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,62}$/, { error: 'must be 1 to 63 lower-case letters, digits and underscores, starting with a letter' })
      .optional()
      .describe('Database that is made in it. PostgreSQL engines only.'),
    snapshot: z
      .string()
      .regex(/^(?:arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:(?:cluster-)?snapshot:)?[A-Za-z][A-Za-z0-9:-]{0,254}$/, {
        error: 'must be the name or ARN of a snapshot',
      })
      .optional()
      .describe('Snapshot that it is made from, written by env restore. Means nothing once the database exists. PostgreSQL engines only.'),
    backupRetentionDays: z.int().min(0).max(35).optional().describe('Days that backups are kept. 0: no backups; Aurora always has some.'),
    finalSnapshot: z.boolean().optional().describe('Whether the data, and the key that opens it, outlive the database.'),
    partitionKey: tableKey.optional().describe('Partition key of the table. dynamodb only.'),
    sortKey: tableKey.optional().describe('Sort key of the table. dynamodb only.'),
  }),
)

/**
 * Neither cache takes the latest minor version by itself, and the AWS provider knows no major version of two digits.
 * https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/elasticache/engine_version.go
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
 * https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-versions.html
 */
const SQL_VERSION = { form: /^\d{1,2}(?:\.\d{1,2})?$/, example: 'such as "17" or "16.8"' }
const VERSIONS: Partial<Record<WrittenDatabase['engine'], { form: RegExp; example: string }>> = {
  'aurora-postgresql': SQL_VERSION,
  postgresql: SQL_VERSION,
  redis: { form: /^[6-9]\.\d{1,2}$/, example: 'major.minor such as "7.1"' },
  valkey: { form: /^[7-9]\.\d{1,2}$/, example: 'major.minor such as "8.2"' },
}

type WrittenDatabase = z.output<typeof databaseFields>

const databaseSchema = databaseFields.superRefine((database, context) => {
  for (const [field, message] of databaseProblems(database)) context.addIssue({ code: 'custom', path: [field], message })
})

/** What does not fit the engine, by field. */
function databaseProblems(database: WrittenDatabase): Array<[keyof WrittenDatabase, string]> {
  const { engine, instanceClass } = database
  const isTable = engine === 'dynamodb'
  const isCache = engine === 'redis' || engine === 'valkey'
  const foreign: ReadonlyArray<keyof WrittenDatabase> = [
    ...(isTable ? (['version', 'instanceClass', 'instances'] as const) : (['partitionKey', 'sortKey'] as const)),
    ...(engine === 'postgresql' ? [] : (['storageGiB'] as const)),
    ...(isTable || isCache ? (['databaseName', 'snapshot'] as const) : []),
  ]
  const problems: Array<[keyof WrittenDatabase, string]> = foreign
    .filter((field) => database[field] !== undefined)
    .map((field) => [field, `does not belong to ${engine}: remove it`])
  if (isTable && database.partitionKey === undefined) problems.push(['partitionKey', 'is missing: a table needs one'])
  if (!isTable && instanceClass !== undefined && !instanceClass.startsWith(isCache ? 'cache.' : 'db.')) {
    problems.push(['instanceClass', `must start with ${isCache ? 'cache.' : 'db.'} for ${engine}`])
  }
  const { version } = database
  const versions = VERSIONS[engine]
  if (version !== undefined && versions?.form.test(version) === false)
    problems.push(['version', `must be ${versions.example} for ${engine}`])
  if (engine === 'postgresql' && (database.instances ?? 1) > 2) problems.push(['instances', 'must be 1, or 2 for a standby'])
  if (engine === 'aurora-postgresql' && database.backupRetentionDays === 0) {
    problems.push(['backupRetentionDays', 'must be at least 1: Aurora always has backups'])
  }
  return problems
}

export const databasesSchema = z.record(databaseName, databaseSchema)

export const connectivitySchema = later(() =>
  z.strictObject({
    enabled: z.boolean().optional().describe('Whether the network is peered with the management network.'),
    management: name.optional().describe('The management environment. May be left out when there is only one.'),
  }),
)

export const observabilitySchema = later(() =>
  z.strictObject({
    alarms: z.boolean().optional().describe('CloudWatch alarms, a topic that they are sent to, and a dashboard.'),
    emails: z.array(email).optional().describe('Addresses that alarms and budget warnings are sent to.'),
    exporter: z.boolean().optional().describe('A role in the cluster for the exporter that Prometheus reads CloudWatch with.'),
    monthlyBudgetUsd: z
      .number()
      .positive({ error: 'must be above 0' })
      .optional()
      .describe('Budget in US dollars: a warning at 80 and 100 %, and when the forecast is above it.'),
  }),
)

/** `policies` of platform.yaml. */
export const policiesSchema = z.strictObject({
  databases: z
    .strictObject({
      allowedEngines: z.array(z.enum(databaseEngines)).min(1).optional().describe('Engines that databases may have. Default: all.'),
      maxEngines: z.int().min(1).max(databaseEngines.length).optional().describe('Most different engines in all environments together.'),
    })
    .optional()
    .describe('Which databases there may be.'),
})

export type TargetGroup = z.output<typeof targetGroupSchema>
export type WafRuleGroup = (typeof wafRuleGroups)[number]
export type DatabaseFile = WrittenDatabase
