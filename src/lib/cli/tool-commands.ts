import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import { runDoctor, type Check, type DoctorOptions } from '../tools/doctor.js'
import { installTools, type InstalledTool } from '../tools/install-tools.js'
import { listTools, type ToolStatus, type ToolWishes } from '../tools/list-tools.js'
import { repositoryChecks } from './doctor-checks.js'
import { toolWishes } from './tool-wishes.js'

type Load = () => Promise<Project>

/** Every tool, as the repository around here wants it. Outside of a repository: as a new one would. */
export async function listToolsHere(ports: Ports, load: Load): Promise<ToolStatus[]> {
  return listTools(ports, await toolWishes(load))
}

/** Installs what the repository around here lacks, and keeps the digests of downloads in its lock file. */
export async function installToolsHere(
  ports: Ports,
  load: Load,
  names: readonly string[],
  options: { dryRun: boolean },
): Promise<InstalledTool[]> {
  return installTools(ports, names, { ...options, wishes: await toolWishes(load) })
}

/** All checks of this machine and of the repository around here. */
export async function doctorHere(
  ports: Ports,
  load: Load,
  connect: () => Promise<AwsTarget>,
  node: DoctorOptions['node'],
): Promise<{ checks: Check[] }> {
  // A broken configuration is one of the findings, so it must not end the others.
  const wishes: ToolWishes = await toolWishes(load).catch(() => ({}))
  return runDoctor(ports, { ...wishes, node, more: repositoryChecks(ports, load, connect) })
}
