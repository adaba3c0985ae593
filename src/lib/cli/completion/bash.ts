import type { CompletionModel } from './model.js'

/** Completion for bash 3.2 (macOS) and later. */
export function bashCompletion({ bin, nodes, values, valueFlags }: CompletionModel): string {
  const fn = `_${bin}_complete`
  const wordCases = nodes.map(({ path, words, flags, environments }) => {
    const list = [...words, ...flags].map(({ word }) => word).join(' ')
    return `    '${path}') words='${list}'${environments ? '; names=1' : ''} ;;`
  })
  const valueCases = values.map(({ path, flag, options }) => `    '${path} ${flag}') words='${options.join(' ')}' ;;`)
  return `# ${bin} completion for bash. Load it with: source <(${bin} completion bash)
${fn}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev='' path='' word index words='' names='' file
  local paths=' ${nodes.map(({ path }) => path.replaceAll(' ', ':')).join(' ')} '
  local value_flags=' ${valueFlags.join(' ')} '
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if [[ "$value_flags" == *" $prev "* ]]; then prev=''; continue; fi
    prev="$word"
    [[ "$word" == -* ]] && continue
    if [[ "$paths" == *" \${path:+\${path// /:}:}$word "* ]]; then path="\${path:+$path }$word"; fi
  done
  case "$path $prev" in
${valueCases.join('\n')}
    *) if [[ "$value_flags" == *" $prev "* ]]; then COMPREPLY=( $(compgen -f -- "$cur") ); return; fi ;;
  esac
  if [[ -z "$words" ]]; then
  case "$path" in
${wordCases.join('\n')}
  esac
  fi
  if [[ "$cur" != -* ]]; then
    local kept=''
    for word in $words; do [[ "$word" == -* ]] || kept="$kept $word"; done
    words="$kept"
    if [[ -n "$names" ]]; then
      for file in environments/*.yaml; do
        [[ -e "$file" ]] && { file="\${file#environments/}"; words="$words \${file%.yaml}"; }
      done
    fi
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}
complete -o bashdefault -F ${fn} ${bin}
`
}
