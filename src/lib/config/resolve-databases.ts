import type { DatabaseEngine, Preset } from './choices.js'
import type { DatabaseFile } from './environment-parts-schema.js'
import { databaseDefaults } from './presets.js'
import { formatField } from './problem.js'
import type { Database } from './project.js'
import type { YamlSource } from './yaml-source.js'

/** Versions that RDS and ElastiCache had in November 2026; minor ones follow by themselves. */
const VERSIONS: Readonly<Record<Exclude<DatabaseEngine, 'dynamodb'>, string>> = {
  'aurora-postgresql': '17',
  postgresql: '17',
  redis: '7.1',
  valkey: '8.0',
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
    backupRetentionDays: file.backupRetentionDays ?? defaults.backupRetentionDays,
    finalSnapshot,
  }
}
