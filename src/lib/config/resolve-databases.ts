import type { DatabaseEngine, Preset } from './choices.js'
import type { DatabaseFile } from './environment-parts-schema.js'
import { databaseDefaults } from './presets.js'
import { formatField } from './problem.js'
import type { Database } from './project.js'
import type { YamlSource } from './yaml-source.js'

/**
 * What a database runs when its file names no version. Looked up in November 2026:
 * - PostgreSQL 17: in standard support of RDS and Aurora until 2030 at the earliest, for both keep a major version at least until its
 *   community does (end of 2029). A major version alone is the newest minor one; later ones follow by themselves.
 *   https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-versions.html
 *   https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.VersionPolicy.Versioning.html
 *   https://www.postgresql.org/support/versioning/
 * - Valkey 8.2: the last of version 8. 9.0 and 9.1 are there too, for those who ask for them.
 * - Redis OSS 7.1: the last that ElastiCache has. Neither cache changes its version by itself.
 *   https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
 */
const VERSIONS: Readonly<Record<Exclude<DatabaseEngine, 'dynamodb'>, string>> = {
  'aurora-postgresql': '17',
  postgresql: '17',
  redis: '7.1',
  valkey: '8.2',
}

/** The smallest class that the engine runs on without credits being a trap: Aurora has none below medium. */
const CLASSES: Readonly<Record<Exclude<DatabaseEngine, 'dynamodb'>, string>> = {
  'aurora-postgresql': 'db.t4g.medium',
  postgresql: 'db.t4g.medium',
  redis: 'cache.t4g.small',
  valkey: 'cache.t4g.small',
}

/** DynamoDB keeps changes for 35 days when nothing else is said. */
const TABLE_BACKUP_DAYS = 35

/** Decides every value of each database, and notes where it comes from. */
export function resolveDatabases(
  written: Readonly<Record<string, DatabaseFile>>,
  context: { preset: Preset; source: YamlSource; origins: Map<string, string> },
): Record<string, Database> {
  return Object.fromEntries(
    Object.entries(written).map(([name, file]) => {
      const database = resolveDatabase(file, context.preset)
      for (const field of Object.keys(database)) {
        const path = ['databases', name, field]
        const place = context.source.has(path) ? `${context.source.file}:${context.source.keyPosition(path).line}` : undefined
        const decided = field in databaseDefaults[context.preset] && file.engine !== 'dynamodb' ? `preset ${context.preset}` : 'default'
        context.origins.set(formatField(path), place ?? decided)
      }
      return [name, database]
    }),
  )
}

function resolveDatabase(file: DatabaseFile, preset: Preset): Database {
  const { engine, databaseName } = file
  const defaults = databaseDefaults[preset]
  const finalSnapshot = file.finalSnapshot ?? defaults.finalSnapshot
  if (engine === 'dynamodb') {
    return {
      engine,
      backupRetentionDays: file.backupRetentionDays ?? TABLE_BACKUP_DAYS,
      finalSnapshot,
      ...(file.partitionKey && { partitionKey: file.partitionKey }),
      ...(file.sortKey && { sortKey: file.sortKey }),
    }
  }
  return {
    engine,
    version: file.version ?? VERSIONS[engine],
    instanceClass: file.instanceClass ?? CLASSES[engine],
    instances: file.instances ?? defaults.instances,
    ...(engine === 'postgresql' && { storageGiB: file.storageGiB ?? 20 }),
    ...(databaseName !== undefined && { databaseName }),
    ...(file.snapshot !== undefined && { snapshot: file.snapshot }),
    backupRetentionDays: file.backupRetentionDays ?? defaults.backupRetentionDays,
    finalSnapshot,
  }
}
