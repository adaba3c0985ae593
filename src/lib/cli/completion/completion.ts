import type { Interfaces } from '@oclif/core'
import { describeSurface } from '../surface.js'
import { bashCompletion } from './bash.js'
import { fishCompletion } from './fish.js'
import { createModel, type CompletionModel } from './model.js'
import { powershellCompletion } from './powershell.js'
import { zshCompletion } from './zsh.js'

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

const WRITERS: Record<Shell, (model: CompletionModel) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
}

/** The script that teaches a shell the commands and flags of `config`. */
export function completionScript(shell: Shell, config: Interfaces.Config): string {
  const topics = new Map(config.topics.map(({ name, description }) => [name.replaceAll(':', ' '), description ?? '']))
  return WRITERS[shell](createModel(config.bin, describeSurface(config), topics))
}
