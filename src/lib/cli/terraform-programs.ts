import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { Progress, RootPrograms } from '../roots/context.js'
import { writeCliConfig } from '../tools/cli-config.js'
import { ensureProviderMirror } from '../tools/provider-install.js'
import { resolveTool } from '../tools/resolve-tool.js'
import { toolLockOf } from './tool-lock.js'

/** Terraform (or OpenTofu) in the version range of `platform.yaml`, and a CLI configuration that names where providers come from. */
export async function findTerraform(ports: Ports, project: Project, progress: Progress): Promise<RootPrograms> {
  const { binary, version, providerMirror } = project.platform.terraform
  const lock = await toolLockOf(project.directory)
  const tool = await resolveTool(ports, binary, { install: true, versionRange: version, lock, progress })
  const mirror = await ensureProviderMirror(ports, {
    binary,
    directory: project.directory,
    terraformPath: tool.path,
    lock,
    progress,
    ...(providerMirror !== undefined && { setting: providerMirror }),
  })
  return { terraform: tool.path, cliConfig: await writeCliConfig(ports, { mirror, binary }) }
}
