import { Config, type Interfaces, Plugin } from '@oclif/core'

/**
 * oclif's view of the commands themselves. `Config.load` alone reads oclif.manifest.json whatever its option `ignoreManifest` says,
 * because it does not hand the option over to the plugin.
 * @param root folder of package.json
 */
export async function loadWithoutManifest(root: string, pjson: Interfaces.PJSON): Promise<Config> {
  const plugin = new Plugin({ isRoot: true, root, pjson, ignoreManifest: true, name: pjson.name })
  await plugin.load()
  return Config.load({ root, pjson, plugins: new Map([[plugin.name, plugin]]) })
}
