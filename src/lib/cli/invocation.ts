/** True when the caller asked for one JSON document on stdout: `--json` before any `--`, or `PLATFORM_JSON`. */
export function wantsJson(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json') || isOn(env['PLATFORM_JSON'])
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
