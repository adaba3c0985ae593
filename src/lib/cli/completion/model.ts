import type { CommandDescription, FlagDescription } from '../surface.js'

/** One word that can be completed, with what it means. */
export interface Word {
  word: string
  summary: string
}

/** What may follow some words of a command line. */
export interface CompletionNode {
  /** Words typed so far, separated by spaces; empty at the start. */
  path: string
  /** Topics, commands or allowed values of the argument. */
  words: Word[]
  /** Flags, with dashes. Empty for a topic. */
  flags: Word[]
  /** The next argument is the name of an environment of the repository. */
  environments: boolean
}

/** What the completion of every shell is written from. */
export interface CompletionModel {
  bin: string
  nodes: CompletionNode[]
  /** Allowed values of flags, by `path --flag`. */
  values: Array<{ path: string; flag: string; options: readonly string[] }>
  /** Flags (with dashes) that are followed by a value. */
  valueFlags: string[]
}

/** Commands whose first argument is an environment that exists. */
const ENVIRONMENT_ARGUMENT = /^env (?!create$)/

/** @param topics summaries of topics, by name. */
export function createModel(bin: string, commands: readonly CommandDescription[], topics: ReadonlyMap<string, string>): CompletionModel {
  const nodes = new Map<string, CompletionNode>()
  const nodeAt = (path: string): CompletionNode => {
    const known = nodes.get(path)
    if (known) return known
    const node: CompletionNode = { path, words: [], flags: [], environments: false }
    nodes.set(path, node)
    return node
  }
  nodeAt('')
  const values: CompletionModel['values'] = []
  const valueFlags = new Set<string>()
  for (const { command, summary, flags, arguments: args } of commands) {
    addPath(command.split(' '), summary, topics, nodeAt)
    const node = nodeAt(command)
    node.flags = flags.flatMap(flagWords)
    node.words.push(...(args[0]?.options ?? []).map((word) => ({ word, summary: '' })))
    node.environments = ENVIRONMENT_ARGUMENT.test(command) && args.length > 0
    for (const flag of flags.filter(({ takesValue }) => takesValue)) {
      const names = [`--${flag.name}`, ...(flag.char === undefined ? [] : [`-${flag.char}`])]
      for (const name of names) valueFlags.add(name)
      if (flag.options.length > 0) values.push(...names.map((name) => ({ path: command, flag: name, options: flag.options })))
    }
  }
  return { bin, nodes: [...nodes.values()], values, valueFlags: [...valueFlags].sort() }
}

function addPath(
  words: readonly string[],
  summary: string,
  topics: ReadonlyMap<string, string>,
  nodeAt: (path: string) => CompletionNode,
): void {
  for (const [index, word] of words.entries()) {
    const parent = nodeAt(words.slice(0, index).join(' '))
    if (parent.words.some((known) => known.word === word)) continue
    const isCommand = index === words.length - 1
    parent.words.push({ word, summary: plain(isCommand ? summary : (topics.get(words.slice(0, index + 1).join(' ')) ?? '')) })
  }
}

function flagWords({ name, summary, allowNo, char }: FlagDescription): Word[] {
  const text = plain(summary)
  return [
    { word: `--${name}`, summary: text },
    ...(allowNo ? [{ word: `--no-${name}`, summary: text }] : []),
    ...(char === undefined ? [] : [{ word: `-${char}`, summary: text }]),
  ]
}

/** Summaries stand between single quotes in all four shells: characters with a meaning there are left out. */
function plain(text: string): string {
  return (text.split('\n')[0] ?? '').replaceAll(/['"`$\\[\]:]/g, '').replace(/\.$/, '')
}
