import type { Command, Interfaces } from '@oclif/core'

/** One flag as help, completion and the reference show it. */
export interface FlagDescription {
  name: string
  char: string | undefined
  summary: string
  group: string | undefined
  /** Takes a value. */
  takesValue: boolean
  allowNo: boolean
  required: boolean
  multiple: boolean
  options: readonly string[]
  default: string | undefined
  env: string | undefined
}

export interface ArgumentDescription {
  name: string
  summary: string
  required: boolean
  options: readonly string[]
}

export interface CommandDescription {
  /** Words separated by spaces. */
  command: string
  summary: string
  description: string
  arguments: ArgumentDescription[]
  flags: FlagDescription[]
  examples: string[]
}

/** Every visible command below `topic`, sorted. */
export function describeSurface(config: Interfaces.Config, topic: readonly string[] = []): CommandDescription[] {
  const prefix = topic.length === 0 ? '' : `${topic.join(':')}:`
  return config.commands
    .filter(({ id, hidden }) => !hidden && id.startsWith(prefix))
    .map((command) => describeCommand(command, config.bin))
    .sort((a, b) => (a.command < b.command ? -1 : 1))
}

/** What oclif knows of a command, without oclif's types. */
export function describeCommand(command: Command.Loadable, bin = 'platform'): CommandDescription {
  const name = command.id.replaceAll(':', ' ')
  const render = (text: string): string => text.replaceAll(/<%=\s*config\.bin\s*%>/g, bin).replaceAll(/<%=\s*command\.id\s*%>/g, name)
  return {
    command: name,
    summary: render(command.summary ?? command.description ?? ''),
    description: render(command.description ?? ''),
    arguments: Object.values(command.args).map((arg) => ({
      name: arg.name,
      summary: render(arg.description ?? ''),
      required: arg.required === true,
      options: arg.options ?? [],
    })),
    flags: Object.values(command.flags)
      .filter(({ hidden }) => hidden !== true)
      .map((flag) => describeFlag(flag, render))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    examples: (command.examples ?? []).map((example) =>
      render(typeof example === 'string' ? example : `${example.description}\n${example.command}`),
    ),
  }
}

function describeFlag(flag: Command.Flag.Cached, render: (text: string) => string): FlagDescription {
  const isOption = flag.type === 'option'
  return {
    name: flag.name,
    char: flag.char,
    summary: render(flag.summary ?? flag.description ?? ''),
    group: flag.helpGroup,
    takesValue: isOption,
    allowNo: !isOption && flag.allowNo,
    required: Boolean(flag.required),
    multiple: isOption && Boolean(flag.multiple),
    options: isOption ? (flag.options ?? []) : [],
    default: isOption && typeof flag.default === 'string' ? flag.default : undefined,
    env: flag.env,
  }
}
