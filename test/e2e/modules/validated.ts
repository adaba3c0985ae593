import type { Binary } from './workbench.js'

/** What `validate -json` says of a folder without an error and without a warning. */
export const VALID = { format_version: '1.0', valid: true, error_count: 0, warning_count: 0, diagnostics: [] }

/** What Terraform says of a root module or a module. */
export async function validated(binary: Binary, folder: string): Promise<unknown> {
  await binary.run(folder, ['init', '-input=false'])
  const { stdout } = await binary.run(folder, ['validate', '-json'], { okCodes: [0, 1] })
  return JSON.parse(stdout)
}
