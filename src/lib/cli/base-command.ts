import path from 'node:path'
import { Command, type Interfaces } from '@oclif/core'
import type { ClusterContext } from '../clusters/find-cluster.js'
import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import type { ExitCode } from '../core/exit-codes.js'
import type { Ports } from '../core/ports.js'
import type { PlanReport } from '../core/report.js'
import type { AwsTarget } from '../core/target.js'
import type { MarkdownTable } from '../environments/fleet/report-file.js'
import type { FleetResult } from '../environments/fleet/result.js'
import type { Style } from '../ui/style.js'
import { cacheFolder } from '../tools/cache-folder.js'
import type { Column } from '../ui/table.js'
import { toUsageError, toUserError } from './errors.js'
import { assertBooleanVariables, globalFlags } from './flags.js'
import { wantsJson } from './invocation.js'
import { Session } from './session.js'
import { createTarget } from './target.js'

export type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<(typeof PlatformCommand)['baseFlags'] & T['flags']>
export type ArgsOf<T extends typeof Command> = Interfaces.InferredArgs<T['args']>

/**
 * What every command has in common: shared flags, `--json`, ports, and the way from an error to an exit code.
 * A command parses, calls one use case, prints through `this.print…` and returns its typed result.
 */
export abstract class PlatformCommand<T extends typeof Command> extends Command {
  static override baseFlags = globalFlags

  protected flags!: FlagsOf<T>
  protected args!: ArgsOf<T>
  #session: Session | undefined
  #project: Promise<Project> | undefined
  #handedOver = false

  /** Absolute folder given by -C, or the current one. */
  protected get directory(): string {
    return path.resolve(this.flags.directory ?? '.')
  }

  /** Everything with a side effect. */
  protected get ports(): Ports {
    return this.#open.ports
  }

  /** Colours for text that goes to `print`. */
  protected get style(): Style {
    return this.#open.screen.dataStyle
  }

  /** Folder of the repository around `directory`, for what needs no configuration. */
  protected async repository(): Promise<string> {
    const { findRepository } = await import('../config/repository-files.js')
    return findRepository(this.directory)
  }

  /** The repository around `directory`, read and validated once. */
  protected async project(): Promise<Project> {
    this.#project ??= this.#load()
    return this.#project
  }

  async #load(): Promise<Project> {
    const { env } = this.ports
    const { loadKnownProject } = await import('../config/known-project.js')
    return loadKnownProject(this.directory, { env, folder: path.join(cacheFolder(env), 'configurations') })
  }

  /** The AWS that the repository works on. With target `aws` nothing of the sandbox is loaded. */
  protected async target(): Promise<AwsTarget> {
    return createTarget(this.ports, await this.project())
  }

  /** What the use cases of clusters and applications work with. */
  protected async clusterContext(): Promise<ClusterContext> {
    return { ports: this.ports, project: await this.project(), target: await this.target() }
  }

  override jsonEnabled(): boolean {
    return wantsJson(this.argv, process.env)
  }

  override async init(): Promise<void> {
    await super.init()
    const { args, flags } = await this.#parse()
    this.flags = flags as FlagsOf<T>
    this.args = args as ArgsOf<T>
    const { yes, timeout } = flags as { yes?: boolean; timeout?: number }
    const { quiet, color } = this.flags
    const commandLine = [...(this.id ?? '').split(':'), ...this.argv]
    this.#session = new Session({ json: this.jsonEnabled(), quiet, color, yes: yes === true, commandLine })
    if (timeout !== undefined) this.#session.limit(timeout)
  }

  /** Prints a result for people on stdout. Nothing with `--json`. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) this.#open.screen.data(text)
  }

  /** Prints rows for people on stdout, or `empty` on stderr when there are none. */
  protected async printTable<Row>(rows: readonly Row[], columns: ReadonlyArray<Column<Row>>, empty = 'Nothing to show.'): Promise<void> {
    if (this.jsonEnabled()) return
    if (rows.length === 0) {
      this.note(empty)
      return
    }
    const { renderTable } = await import('../ui/table.js')
    this.print(renderTable(rows, columns, this.style, this.#open.screen.stdout.columns))
  }

  /** Prints `label  value` lines for people on stdout. */
  protected async printFields(
    fields: ReadonlyArray<readonly [label: string, value: string | number | boolean | null | undefined]>,
  ): Promise<void> {
    if (this.jsonEnabled()) return
    const { renderFields } = await import('../ui/table.js')
    this.print(renderFields(fields, this.style))
  }

  /** Prints what a plan would do for people on stdout. */
  protected async printPlan(plan: PlanReport): Promise<void> {
    if (this.jsonEnabled()) return
    const { renderPlan } = await import('../ui/plan-view.js')
    this.print(renderPlan(plan, this.style))
  }

  /** Prints what became of many environments on stdout, and writes the report file. */
  protected async printFleet(title: string, result: FleetResult, file: string | undefined): Promise<void> {
    const { fleetTable } = await import('../environments/fleet/tables.js')
    await this.printReport(fleetTable(title, result), result, file)
    const { total, changed, unchanged, failed, skipped } = result.summary
    this.note(`${total} in all: ${changed} changed, ${unchanged} unchanged, ${failed} failed, ${skipped} skipped.`)
    for (const { environment, error } of result.environments)
      for (const next of error?.next ?? []) this.note(`Next for ${environment}: ${next}`)
  }

  /** Prints a table for people on stdout, and writes it and the whole result to a file. */
  protected async printReport(table: MarkdownTable, result: unknown, file: string | undefined): Promise<void> {
    await this.printTable(
      table.rows,
      table.header.map((header, index) => ({ header, value: (row) => row[index] })),
    )
    if (file === undefined) return
    const { writeReport } = await import('../environments/fleet/report-file.js')
    await writeReport(file, result, table)
    this.note(`Wrote ${file}`)
  }

  /** Tells something that is not the result, such as what to do next, on stderr. Nothing with `--json` or `--quiet`. */
  protected note(text: string): void {
    if (!this.jsonEnabled() && !this.flags.quiet) this.#open.screen.message(text)
  }

  /**
   * Asks before something is changed; `--yes` answers it.
   * @throws `NotConfirmed`, or `ConfirmationNeeded` without a terminal.
   */
  protected async confirmChange(message: string): Promise<void> {
    if (await this.ports.ask.confirm({ message, flag: '--yes' })) return
    throw new UserError('NotConfirmed', 'Nothing was changed.', { reason: 'The question was answered with no.' })
  }

  /** The exit code of a run that did not fail, such as 2 for `plan` with changes. */
  protected exitWith(code: ExitCode): void {
    process.exitCode = code
  }

  /** Lets another command do the work and print its own result. Nothing may be printed afterwards. */
  protected async handOver(id: string, argv: readonly string[]): Promise<unknown> {
    // Two sessions would both answer Ctrl-C.
    await this.#session?.close()
    this.#handedOver = true
    return this.config.runCommand(id, [...argv])
  }

  override logJson(json: unknown): void {
    if (this.#handedOver) return
    this.#open.screen.data(JSON.stringify(json, null, 2))
  }

  /** `main` prints errors, for they also come from outside of commands. */
  protected override async catch(error: unknown): Promise<never> {
    await this.#session?.close()
    throw toUserError(error, this.#session?.ports.signal)
  }

  protected override async finally(): Promise<void> {
    await this.#session?.close()
  }

  get #open(): Session {
    if (!this.#session) throw new Error('A command used the terminal before init().')
    return this.#session
  }

  async #parse(): Promise<{ args: unknown; flags: unknown }> {
    try {
      assertBooleanVariables({ ...globalFlags, ...this.ctor.flags }, process.env)
      return await this.parse({
        flags: this.ctor.flags,
        baseFlags: (super.ctor as typeof PlatformCommand).baseFlags,
        args: this.ctor.args,
        strict: this.ctor.strict,
      })
    } catch (error) {
      const flagNames = Object.keys({ ...globalFlags, ...this.ctor.flags, help: true })
      throw toUsageError(error, `${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')}`, flagNames)
    }
  }
}
