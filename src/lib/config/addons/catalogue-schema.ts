import * as z from 'zod'
import { roles } from '../choices.js'
import { name } from '../schema-parts.js'
import { chartRepository, exactVersion } from './settings-schema.js'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, { error: 'must be sha256: and 64 hexadecimal digits' })
const minor = z.string().regex(/^1\.\d{1,3}$/, { error: 'must be a Kubernetes minor version in quotes, such as "1.35"' })
const line = z.string().min(1)
const chartName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'must be lower-case letters, digits and dashes' })

const windowSchema = z
  .strictObject({ from: minor.describe('Oldest minor version.'), to: minor.describe('Newest minor version.') })
  .refine(({ from, to }) => Number(from.slice(2)) <= Number(to.slice(2)), { error: 'must not end before it begins' })

const releaseFields = {
  version: exactVersion.describe('Exact version of the chart.'),
  digest: digest.optional().describe("SHA-256 of the chart's archive, as its publisher says."),
  appVersion: line.optional().describe('Version of the program in it.'),
  kubernetes: windowSchema.describe('Kubernetes minor versions that it runs on.'),
}

/** A value that differs in each cluster. `{}` in `text` stands for what the Secret says. */
const factSchema = z
  .strictObject({
    annotation: line.optional().describe('Annotation of the cluster Secret.'),
    label: line.optional().describe('Label of the cluster Secret.'),
    text: line
      .regex(/\{\}/, { error: 'must have {} where the value belongs' })
      .default('{}')
      .describe('The value around {}, which stands for what the Secret says.'),
    as: z
      .enum(['text', 'list', 'given'])
      .default('text')
      .describe('text. list: a list with this one text. given: true where the Secret says anything.'),
    item: line.optional().describe('With list: the text is this property of an object in the list.'),
    with: z.record(z.string(), z.unknown()).optional().describe('With item: the other properties of that object.'),
  })
  .refine(({ annotation, label }) => (annotation === undefined) !== (label === undefined), {
    error: 'must have annotation or label, and not both',
  })
  .refine(({ as, item }) => item === undefined || as === 'list', { path: ['item'], error: 'belongs to as: list' })
  .refine((fact) => fact.with === undefined || fact.item !== undefined, { path: ['with'], error: 'belongs to item' })

const valuePath = z
  .string()
  .regex(/^[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*$/, { error: 'must be a path of Helm values such as settings.clusterName' })
const listPath = z.string().regex(/^[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*\[\]\.[A-Za-z][\w-]*$/, {
  error: 'must be a path of Helm values in a list, such as initContainers[].image',
})

const imagesSchema = z.strictObject({
  registry: z.array(valuePath).default([]).describe('Values that hold a registry alone.'),
  repository: z.record(valuePath, line).default({}).describe('Values that hold a registry and a name, and what they hold by default.'),
  lists: z.array(listPath).default([]).describe('Values in lists, which Helm replaces as a whole.'),
  kinds: z.record(line, line).default({}).describe('Objects whose image an operator makes of this name and of spec.version.'),
  elsewhere: line.optional().describe('Where its publisher lists what it starts beside that.'),
})

const addonSchema = z
  .strictObject({
    title: line.describe('What people call it.'),
    description: line.describe('What it does, in one sentence.'),
    chart: chartName.describe('Name of the chart.'),
    repository: chartRepository.describe('Where its publisher keeps it: an index over https, or an OCI registry.'),
    ...releaseFields,
    earlier: z.array(z.strictObject(releaseFields)).default([]).describe('Other versions that may be chosen, newest first.'),
    namespace: name.describe('Namespace that it is installed into.'),
    order: z.int().min(0).max(100).describe('Sync wave: lower ones come first.'),
    clusters: z.array(z.enum(roles)).min(1).describe('Roles of environments that it may run in.'),
    enabled: z.array(z.enum(roles)).default([]).describe('Roles of environments that have it unless they say otherwise.'),
    serverSideApply: z.boolean().default(false).describe('Whether its definitions are too large for a client-side apply.'),
    crds: z
      .strictObject({ chart: chartName.describe('Name of the chart.'), repository: chartRepository.describe('Its repository.') })
      .optional()
      .describe('A chart of the same version that only holds the definitions, and comes first.'),
    iam: z
      .array(
        z.strictObject({
          serviceAccount: chartName.describe('Service account in the namespace.'),
          role: name.describe('End of the name of its role.'),
          does: line.describe('What it does in AWS.'),
        }),
      )
      .default([])
      .describe('Service accounts that act in AWS, through EKS Pod Identity.'),
    facts: z
      .record(valuePath, factSchema)
      .default({})
      .describe(
        'Values that differ in each cluster, and what its Secret says of them. What it does not say, or says with nothing, is left out.',
      ),
    images: imagesSchema
      .default({ registry: [], repository: {}, lists: [], kinds: {} })
      .describe('Where its values say which images it runs.'),
  })
  .refine(({ clusters, enabled }) => enabled.every((role) => clusters.includes(role)), {
    path: ['enabled'],
    error: 'must only name roles that stand in clusters',
  })

export const catalogueSchema = z
  .strictObject({
    apiVersion: z.literal('platform/v1alpha1').describe('Version of this file format.'),
    kind: z.literal('AddonCatalogue'),
    addons: z.record(name, addonSchema).describe('Add-ons by name.'),
  })
  .meta({ title: 'catalogue.yaml', description: 'The add-ons that platform knows.' })

export type Catalogue = z.output<typeof catalogueSchema>
export type Addon = Catalogue['addons'][string]
/** A value that differs in each cluster. */
export type Fact = Addon['facts'][string]
/** One version of an add-on. */
export type AddonRelease = Pick<Addon, 'version' | 'digest' | 'appVersion' | 'kubernetes'>
