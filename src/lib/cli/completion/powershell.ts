import type { CompletionModel, Word } from './model.js'

/** Completion for Windows PowerShell 5.1 and PowerShell 7. */
export function powershellCompletion({ bin, nodes, values, valueFlags }: CompletionModel): string {
  const nodeLines = nodes.map(
    ({ path, words, flags, environments }) =>
      `    '${path}' = @{ Words = ${table(words)}; Flags = ${table(flags)}; Environments = $${environments ? 'true' : 'false'} }`,
  )
  const valueLines = values.map(
    ({ path, flag, options }) => `    '${path} ${flag}' = @(${options.map((option) => `'${option}'`).join(', ')})`,
  )
  return `# ${bin} completion for PowerShell. Load it with: ${bin} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${bin} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $nodes = @{
${nodeLines.join('\n')}
  }
  $values = @{
${valueLines.join('\n')}
  }
  $valueFlags = @(${valueFlags.map((flag) => `'${flag}'`).join(', ')})
  $path = ''
  $previous = ''
  foreach ($element in @($commandAst.CommandElements | Select-Object -Skip 1)) {
    $word = $element.ToString()
    if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') { break }
    if ($valueFlags -ccontains $previous) { $previous = ''; continue }
    $previous = $word
    if ($word.StartsWith('-')) { continue }
    $next = "$path $word".Trim()
    if ($nodes.ContainsKey($next)) { $path = $next }
  }
  $candidates = [ordered]@{}
  if ($values.ContainsKey("$path $previous")) {
    foreach ($value in $values["$path $previous"]) { $candidates[$value] = $value }
  } elseif ($valueFlags -ccontains $previous) {
    return
  } elseif ($wordToComplete.StartsWith('-')) {
    foreach ($entry in $nodes[$path].Flags) { $candidates[$entry[0]] = $entry[1] }
  } else {
    foreach ($entry in $nodes[$path].Words) { $candidates[$entry[0]] = $entry[1] }
    if ($nodes[$path].Environments) {
      Get-ChildItem -Path environments -Filter *.yaml -ErrorAction SilentlyContinue | ForEach-Object { $candidates[$_.BaseName] = 'environment' }
    }
  }
  foreach ($key in $candidates.Keys) {
    if ($key.StartsWith($wordToComplete)) {
      [System.Management.Automation.CompletionResult]::new($key, $key, 'ParameterValue', $candidates[$key])
    }
  }
}
`
}

function table(words: readonly Word[]): string {
  return `@(${words.map(({ word, summary }) => `, @('${word}', '${summary === '' ? word : summary}')`).join('')})`
}
