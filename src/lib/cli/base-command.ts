import { Command, type Interfaces } from '@oclif/core'
import type { Ports } from '../core/ports.js'
import { globalFlags } from './flags.js'
import { createPorts } from './wiring.js'

export type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<(typeof PlatformCommand)['baseFlags'] & T['flags']>
export type ArgsOf<T extends typeof Command> = Interfaces.InferredArgs<T['args']>

/**
 * What every command has in common: shared flags, `--json`, ports, and the way from an error to an exit code.
 * A command parses, calls one use case, prints through `this.print…` and returns its typed result.
 */
export abstract class PlatformCommand<T extends typeof Command> extends Command {
  static override enableJsonFlag = true
  static override baseFlags = globalFlags

  protected flags!: FlagsOf<T>
  protected args!: ArgsOf<T>
  protected ports!: Ports

  /** Folder given by -C, or the current one. */
  protected get directory(): string {
    return this.flags.directory ?? process.cwd()
  }

  override async init(): Promise<void> {
    await super.init()
    const { args, flags } = await this.parse({
      flags: this.ctor.flags,
      baseFlags: (super.ctor as typeof PlatformCommand).baseFlags,
      args: this.ctor.args,
      strict: this.ctor.strict,
    })
    this.flags = flags as FlagsOf<T>
    this.args = args as ArgsOf<T>
    this.ports = createPorts({ json: this.jsonEnabled(), quiet: this.flags.quiet, color: this.flags.color })
  }
}
