import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import type { ToolWishes } from '../tools/list-tools.js'
import { toolLockOf } from './tool-lock.js'

/** What a repository says about its tools. Outside of a repository there are no wishes. */
export async function toolWishes(load: () => Promise<Project>): Promise<ToolWishes> {
  let project: Project
  try {
    project = await load()
  } catch (error) {
    if (error instanceof UserError && error.code === 'NotARepository') return {}
    throw error
  }
  const { directory, platform } = project
  return { directory, target: platform.target, terraform: platform.terraform, lock: await toolLockOf(directory) }
}
