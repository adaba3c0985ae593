import { createHash } from 'node:crypto'
import path from 'node:path'
import { readTextIfExists, toJsonText, writeFileAtomic } from '../core/files.js'
import type { Ports } from '../core/ports.js'
import { cacheFolder } from './cache-folder.js'
import { awsProvider } from './catalogue.js'
import { providersIn, registryHosts, type TerraformBinary } from './provider-layout.js'

/**
 * Writes a Terraform CLI configuration for `TF_CLI_CONFIG_FILE`: providers of the mirror come from there, all others from their
 * registry. JSON, which Terraform and OpenTofu read like HCL, so that no path is ever pasted into HCL.
 * @returns the path of a file whose name depends on its content: it never changes under a running Terraform.
 */
export async function writeCliConfig(
  ports: Pick<Ports, 'env'>,
  { mirror, binary = 'terraform' }: { mirror?: string; binary?: TerraformBinary },
): Promise<string> {
  const text = toJsonText({
    disable_checkpoint: true,
    ...(mirror !== undefined && { provider_installation: await installation(mirror, binary) }),
  })
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16)
  const file = path.join(cacheFolder(ports.env), 'terraform', `cli-${digest}.tfrc.json`)
  if ((await readTextIfExists(file)) !== text) await writeFileAtomic(file, text)
  return file
}

async function installation(mirror: string, binary: TerraformBinary): Promise<object[]> {
  const found = await providersIn(mirror)
  const include = found.length > 0 ? found : [`${registryHosts[binary]}/${awsProvider.source}`]
  return [{ filesystem_mirror: [{ path: mirror, include }], direct: [{ exclude: include }] }]
}
