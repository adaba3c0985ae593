/** True when the caller asked for one JSON document on stdout: `--json` before any `--`, or `PLATFORM_JSON`. */
export function wantsJson(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json') || isOn(env['PLATFORM_JSON'])
}

/** Global flags that stand before the command (`platform -C folder env list`) move behind it, where oclif looks for them. */
export function moveLeadingGlobalFlags(argv: readonly string[]): string[] {
  let count = 0
  while (count < argv.length) {
    const word = argv[count] ?? ''
    if (['-C', '--directory'].includes(word)) count += 2
    else if (['--json', '--quiet', '--color', '--no-color'].includes(word) || /^(?:-C.|--directory=)/.test(word)) count += 1
    else break
  }
  const leading = argv.slice(0, count)
  const rest = argv.slice(count)
  const end = rest.indexOf('--')
  if (rest.length === 0 && count > 0) return [...leading, '--help']
  if (rest.length === 0 || rest[0]?.startsWith('-') === true) return [...argv]
  return end === -1 ? [...rest, ...leading] : [...rest.slice(0, end), ...leading, ...rest.slice(end)]
}

/** Whether an environment variable switches something on, by the same words as oclif's flags. */
export function isOn(value: string | undefined): boolean {
  return ['true', '1', 'yes', 'y'].includes(value?.toLowerCase() ?? '')
}

/** Whether this is a machine of a CI service (the variable that all of them set). */
export function isCi(env: Readonly<Record<string, string | undefined>>): boolean {
  const { CI } = env
  return CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0'
}
