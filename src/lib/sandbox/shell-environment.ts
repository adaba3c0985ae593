export const shells = ['sh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

/** Would lead an AWS tool past the dummy keys. */
const UNSET = ['AWS_PROFILE', 'AWS_SESSION_TOKEN'] as const

/** The variables with which any AWS tool, and bare Terraform, uses the local AWS. */
export function sandboxVariables({ endpoint, region }: { endpoint: string; region: string }): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  }
}

/** Commands that set the variables in a shell. The values are quoted for it. */
export function toShell(shell: Shell, variables: Record<string, string>): string {
  const entries = Object.entries(variables)
  switch (shell) {
    case 'sh':
      return [
        ...entries.map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`),
        `unset ${UNSET.join(' ')}`,
      ].join('\n')
    case 'fish':
      return [
        ...entries.map(([name, value]) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`),
        ...UNSET.map((name) => `set -e ${name}`),
      ].join('\n')
    case 'powershell':
      return [
        ...entries.map(([name, value]) => `$Env:${name} = '${value.replaceAll("'", "''")}'`),
        ...UNSET.map((name) => `Remove-Item -ErrorAction SilentlyContinue Env:${name}`),
      ].join('\n')
  }
}
