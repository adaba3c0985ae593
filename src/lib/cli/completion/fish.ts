import type { CompletionModel } from './model.js'

/** Completion for fish 3 and later. */
export function fishCompletion({ bin, nodes, values, valueFlags }: CompletionModel): string {
  const fn = `__${bin}`
  const lines = nodes.flatMap(({ path, words, flags, environments }) => {
    const at = `-n "${fn}_at '${path}'"`
    return [
      ...words.map(({ word, summary }) => `complete -c ${bin} -f ${at} -a '${word}'${summary === '' ? '' : ` -d '${summary}'`}`),
      ...(environments ? [`complete -c ${bin} -f ${at} -a '(${fn}_environments)' -d 'environment'`] : []),
      ...flags.map(({ word, summary }) => flagLine(bin, at, path, word, summary, { values, valueFlags })),
    ]
  })
  return `# ${bin} completion for fish. Load it with: ${bin} completion fish | source
function ${fn}_path
    set -l found ''
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip -eq 1
            set skip 0
            continue
        end
        if contains -- $word ${valueFlags.join(' ')}
            set skip 1
            continue
        end
        string match -q -- '-*' $word; and continue
        set -l next (string trim -- "$found $word")
        if contains -- "$next" ${nodes.map(({ path }) => `'${path}'`).join(' ')}
            set found $next
        end
    end
    echo $found
end
function ${fn}_at
    test (${fn}_path) = "$argv[1]"
end
function ${fn}_environments
    for file in environments/*.yaml
        string replace -r '^environments/(.*)\\.yaml$' '$1' -- $file
    end
end
complete -c ${bin} -f
${lines.join('\n')}
`
}

function flagLine(
  bin: string,
  at: string,
  path: string,
  word: string,
  summary: string,
  model: Pick<CompletionModel, 'values' | 'valueFlags'>,
): string {
  const name = word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`
  const options = model.values.find((value) => value.path === path && value.flag === word)?.options
  const value = options ? ` -x -a '${options.join(' ')}'` : model.valueFlags.includes(word) ? ' -r -F' : ''
  return `complete -c ${bin} ${at} ${name}${value} -d '${summary}'`
}
