import path from 'node:path'
import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { policyContext } from '../../lib/cli/policy-context.js'
import { findingText, policyNotes } from '../../lib/cli/policy-view.js'
import type { PolicyResult } from '../../lib/policy/check.js'

/** With `--json`, what refused it stands beside the findings. */
type Refusal = { error?: { code: string; message: string; next: readonly string[]; details: Record<string, unknown> } }

export default class PolicyCheck extends PlatformCommand<typeof PolicyCheck> {
  static override summary = 'Check a plan against the rules before it is applied.'
  static override description = `PLANFILE is what "env plan" kept, or what "terraform show -json" printed of a plan. The rules are those that come with
platform and policies/*.rego of the repository; policies/exceptions.yaml names findings that somebody answers for until a day.
Ends with exit code 0 when every rule is kept and with 3 when one is broken.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> plan.tfplan',
    '<%= config.bin %> <%= command.id %> plan.json --json',
    '<%= config.bin %> <%= command.id %> plan.tfplan --environment dev',
  ]
  static override args = { planfile: Args.string({ description: 'Plan file, or its JSON.', required: true }) }
  static override flags = {
    environment: Flags.string({ char: 'e', summary: 'Whose plan it must be. Default: what the plan says.', helpValue: '<name>' }),
  }

  async run(): Promise<PolicyResult & Refusal> {
    const { checkPlan, policyRefused } = await import('../../lib/policy/check.js')
    const { environment } = this.flags
    const file = path.resolve(this.args.planfile)
    const result = await checkPlan(policyContext(this.ports, await this.project()), file, environment === undefined ? {} : { environment })
    for (const finding of result.findings) this.print(findingText(finding))
    await this.printFields([
      ['Plan', result.environment === null ? result.planFile : `of ${result.environment}`],
      ['Digest', result.planDigest],
      ['Rules', `${result.rules.length}, ${result.passed} without a finding`],
      ['Failed', result.failed],
      ['Excepted', result.excepted],
    ])
    if (result.failed === 0) {
      for (const note of policyNotes(result)) this.note(note)
      return result
    }
    const refusal = policyRefused(result)
    if (!this.jsonEnabled()) throw refusal
    this.exitWith(refusal.exitCode)
    const { code, message, next, details } = refusal
    return { ...result, error: { code, message, next, details } }
  }
}
