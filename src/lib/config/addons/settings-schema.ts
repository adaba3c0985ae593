import * as z from 'zod'
import { later, name } from '../schema-parts.js'

/** A chart's version as its publisher writes it. Anything that could mean two archives, such as a range or `latest`, is not one. */
export const exactVersion = z.string().regex(/^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/, {
  error: 'must be one exact version such as 1.2.3, not a range and not latest',
})

const DISTRIBUTION_HOST = '[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?'
const PATH = '(?:\\/[A-Za-z0-9._~%-]+)*'

/** No credentials in it: they would end in Git and on every cluster. */
export const chartRepository = z.string().regex(new RegExp(`^(?:https?|oci):\\/\\/${DISTRIBUTION_HOST}${PATH}\\/?$`), {
  error: 'must be an address that starts with https://, http:// or oci://, without user, password or query',
})

const registry = z.string().regex(new RegExp(`^${DISTRIBUTION_HOST}(?:\\/[a-z0-9._-]+)*$`), {
  error: 'must be a registry such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror, without https:// and without a / at the end',
})

/** `addons` of an environment: what differs from the catalogue. */
export const addonsSchema = later(() =>
  z.record(
    name,
    z.strictObject({
      enabled: z.boolean().optional().describe('Whether the cluster has it. Default: as the catalogue says for this role.'),
      version: exactVersion.optional().describe('Exact version of the chart. Default: that of the catalogue.'),
    }),
  ),
)

/** `mirrors` of the platform: where charts and images come from when their publishers cannot be reached. */
export const mirrorsSchema = later(() =>
  z.strictObject({
    charts: z
      .strictObject({
        url: chartRepository.describe('Takes the place of every chart repository.'),
        digests: z
          .enum(['upstream', 'mirror'])
          .default('upstream')
          .describe(
            'upstream: archives must be those of the publishers, byte for byte. mirror: it packs them anew, and the first digest is held to.',
          ),
      })
      .optional()
      .describe('Helm charts.'),
    images: z
      .strictObject({ registry: registry.describe('Takes the place of every image registry. The names of the images stay.') })
      .optional()
      .describe('Container images.'),
  }),
)
