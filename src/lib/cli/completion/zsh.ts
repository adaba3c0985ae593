import type { CompletionModel, Word } from './model.js'

/** Completion for zsh 5. Works sourced, and as a file `_platform` in `$fpath`. */
export function zshCompletion({ bin, nodes, values, valueFlags }: CompletionModel): string {
  const wordCases = nodes.map(
    ({ path, words, flags, environments }) =>
      `    '${path}') words_=(${list(words)}); flags_=(${list(flags)})${environments ? '; words_+=(environments/*.yaml(N:t:r))' : ''} ;;`,
  )
  const valueCases = values.map(({ path, flag, options }) => `    '${path} ${flag}') compadd -- ${options.join(' ')}; return ;;`)
  return `#compdef ${bin}
# ${bin} completion for zsh. Load it with: source <(${bin} completion zsh)
_${bin}() {
  local path_='' prev='' word
  local -a words_ flags_ paths value_flags
  paths=(${nodes.map(({ path }) => `'${path}'`).join(' ')})
  value_flags=(${valueFlags.join(' ')})
  for word in \${words[2,CURRENT-1]}; do
    if (( \${value_flags[(Ie)$prev]} )); then prev=''; continue; fi
    prev=$word
    [[ $word == -* ]] && continue
    if (( \${paths[(Ie)\${path_:+$path_ }$word]} )); then path_="\${path_:+$path_ }$word"; fi
  done
  case "$path_ $prev" in
${valueCases.join('\n')}
    *) if (( \${value_flags[(Ie)$prev]} )); then _files; return; fi ;;
  esac
  case "$path_" in
${wordCases.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then _describe 'flag' flags_; else _describe 'command' words_; fi
}
if [[ $zsh_eval_context == *loadautofunc* ]]; then
  _${bin} "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _${bin} ${bin}
fi
`
}

function list(words: readonly Word[]): string {
  return words.map(({ word, summary }) => (summary === '' ? `'${word}'` : `'${word}:${summary}'`)).join(' ')
}
