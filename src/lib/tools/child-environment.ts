type Env = Readonly<Record<string, string | undefined>>

/** Variables with which the caller could change what a tool does behind our back. */
const LEFT_OUT = /^(?:TF_|GIT_(?:DIR|WORK_TREE|INDEX_FILE)$)/

/** The environment for asking and installing tools: the caller's (proxies and package clients are set up there), without traps. */
export function childEnvironment(env: Env, extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !LEFT_OUT.test(name)) result[name] = value
  }
  // Terraform asks the internet for news on `version` unless told not to.
  return { ...result, CHECKPOINT_DISABLE: '1', ...extra }
}
