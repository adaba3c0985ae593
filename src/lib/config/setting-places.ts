import path from 'node:path'
import type { UserSettings } from './schema.js'

// Apart from the settings themselves, so that whoever only compares them does not load the validation library.

/** The caller's environment variables, as in `Ports.env`. */
export type Variables = Readonly<Record<string, string | undefined>>

export const SETTING_VARIABLES = {
  region: 'PLATFORM_REGION',
  preset: 'PLATFORM_PRESET',
  account: 'PLATFORM_ACCOUNT',
  kubernetesVersion: 'PLATFORM_KUBERNETES_VERSION',
  terraformBinary: 'PLATFORM_TERRAFORM_BINARY',
  providerMirror: 'PLATFORM_PROVIDER_MIRROR',
} as const satisfies Record<keyof UserSettings, string>

/** `$XDG_CONFIG_HOME/platform/config.yaml`, by default in `~/.config`. */
export function userSettingsFile(env: Variables): string | undefined {
  const home = env['HOME'] ?? env['USERPROFILE']
  const folder = env['XDG_CONFIG_HOME'] || (home ? path.join(home, '.config') : undefined)
  return folder ? path.join(folder, 'platform', 'config.yaml') : undefined
}
