import path from 'node:path'
import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../lib/cli/base-command.js'
import { changeFlags } from '../lib/cli/flags.js'
import { architectures, targets } from '../lib/config/choices.js'
import type { InitResult } from '../lib/init/init-repository.js'

const NO_OPENSHIFT_YET = `Note: this version cannot build OpenShift yet, so env create will refuse it.
To build environments now, change architecture to eks in platform.yaml.`

export default class Init extends PlatformCommand<typeof Init> {
  static override summary = 'Make a repository for a new platform.'
  static override description = `Makes the folder NAME here, or uses the empty folder given by -C: a Git repository with platform.yaml, a README for the team,
editor support and an example for CI. A folder that has other files is refused.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> acme --target sandbox',
    '<%= config.bin %> <%= command.id %> acme --target aws --region eu-central-1 --account 123456789012',
    '<%= config.bin %> <%= command.id %> acme --target aws --account dev=111111111111 --account prod=222222222222 --role-arn prod=arn:aws:iam::222222222222:role/platform',
    '<%= config.bin %> <%= command.id %> acme --dry-run',
    { description: 'In an empty folder that exists, or a fresh clone', command: '<%= config.bin %> <%= command.id %> acme -C .' },
  ]
  static override args = { name: Args.string({ description: 'Name of the platform.', required: true }) }
  static override flags = {
    target: Flags.option({ summary: 'A local AWS on this machine, or real accounts. Default: sandbox.', options: targets })(),
    region: Flags.string({ summary: 'AWS region. Default: eu-west-1.', helpValue: '<region>' }),
    account: Flags.string({ summary: 'AWS account. Repeat it for several, each with a name.', helpValue: '<id|name=id>', multiple: true }),
    'role-arn': Flags.string({ summary: 'Role to assume in an account.', helpValue: '<arn|name=arn>', multiple: true }),
    architecture: Flags.option({ summary: 'Amazon EKS, or OpenShift on AWS. Default: eks.', options: architectures })(),
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
  }

  async run(): Promise<InitResult> {
    const { initRepositoryFolder } = await import('../lib/init/init-repository.js')
    const { name } = this.args
    const { target, region, account, architecture } = this.flags
    const directory = this.flags.directory === undefined ? path.resolve(name) : path.resolve(this.flags.directory)
    const result = await initRepositoryFolder(this.ports, directory, {
      name,
      target,
      region,
      architecture,
      accounts: account,
      roles: this.flags['role-arn'],
      yes: this.flags.yes,
      dryRun: this.flags['dry-run'],
    })
    this.print(result.files.map((file) => path.join(result.directory, file)).join('\n'))
    if (architecture === 'openshift') this.note(NO_OPENSHIFT_YET)
    else if (!this.flags['dry-run'])
      this.note(`Next:\n  cd ${path.relative(process.cwd(), directory) || '.'}\n  ${this.config.bin} env create dev`)
    return result
  }
}
