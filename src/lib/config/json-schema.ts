import * as z from 'zod'
import { HOST_FIELDS } from './project-rules.js'
import { environmentSchema, platformSchema } from './schema.js'
import { SOFT_FIELDS } from './soft-rules.js'

export const schemaNames = ['platform', 'environment'] as const
export type SchemaName = (typeof schemaNames)[number]

export type JsonSchema = Record<string, unknown>

/** Folder of the schemas in a user's repository, where editors find them without a network. */
export const SCHEMA_FOLDER = '.schemas'

/**
 * The JSON Schemas (draft 7, which every editor knows) of the files that people write.
 * Rules between files, such as overlapping networks, are only in `config validate`.
 */
export function publishedSchemas(): Record<SchemaName, JsonSchema> {
  return {
    platform: publish('platform', platformSchema),
    environment: { ...publish('environment', environmentSchema), ...isolationRules },
  }
}

function publish(name: SchemaName, schema: z.ZodType): JsonSchema {
  return { $id: `urn:platform:v1alpha1:${name}`, ...z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' }) }
}

/** What `checkRules` says about hard and soft environments, as far as one file can tell. */
const isolationRules: JsonSchema = {
  if: { properties: { isolation: { const: 'soft' } }, required: ['isolation'] },
  then: {
    required: ['host'],
    properties: { ...Object.fromEntries(HOST_FIELDS.map((field) => [field, false])), role: { const: 'workload' } },
  },
  else: {
    required: ['network'],
    properties: { host: false, network: { required: ['cidr'] }, ...Object.fromEntries(SOFT_FIELDS.map((field) => [field, false])) },
  },
}
