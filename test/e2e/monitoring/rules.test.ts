import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { type AlertCase, alertsOf, promtoolTests, readAlertCases, readRuleFiles, type RuleFile } from '../../helpers/prometheus.js'
import { findTool } from '../../helpers/sandbox.js'
import { temporaryFolder } from '../modules/workbench.js'

const ruleFiles = await readRuleFiles()
const cases = await readAlertCases()
let promtool: string
let folder: string

beforeAll(async () => {
  promtool = (await findTool('promtool')).path
  folder = await temporaryFolder('rules')
})

test('promtool takes every rule', async () => {
  const { stdout } = await execa(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles.map(({ file }) => file)])
  expect(stdout.match(/SUCCESS/g)).toHaveLength(ruleFiles.length)
})

test.each(ruleFiles)('each alert of $stage fires when it must, and only then', async (ruleFile) => {
  const { all, exitCode } = await tryRules(ruleFile, ruleFile.file)
  expect(exitCode, all).toBe(0)
})

test.each([
  ['never', (expr: string) => `(${expr}) and on () vector(0) == 1`],
  ['always', (expr: string) => expr.replace(/ > [\d.]+$/, ' >= 0')],
])('an alert that fires %s is found out', async (name, breaking) => {
  const ruleFile = ruleFiles.find(({ stage }) => stage === 'edge')!
  const groups = ruleFile.groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => (rule.alert === undefined ? rule : { ...rule, expr: breaking(rule.expr) })),
  }))
  const file = path.join(folder, `${name}.yaml`)
  await writeFile(file, stringify({ groups }))
  const { all, exitCode } = await tryRules(ruleFile, file)
  expect(exitCode).not.toBe(0)
  for (const { alert } of alertsOf(ruleFile)) expect(all).toContain(alert)
})

/** Runs the cases of all alerts of a file, those with the same interval at once: promtool knows one for each run. */
async function tryRules(ruleFile: RuleFile, file: string): Promise<{ all: string; exitCode: number }> {
  const byInterval = new Map<string, Array<[string, AlertCase]>>()
  for (const { alert } of alertsOf(ruleFile)) {
    const found = cases[alert]
    if (found === undefined) throw new Error(`test/e2e/monitoring/alerts.yaml says nothing of ${alert}`)
    const interval = found.interval ?? '1m'
    byInterval.set(interval, [...(byInterval.get(interval) ?? []), [alert, found]])
  }
  const files = await Promise.all(
    [...byInterval].map(async ([interval, each]) => {
      const target = path.join(folder, `${path.basename(file, '.yaml')}-${interval}.test.yaml`)
      await writeFile(target, stringify(promtoolTests(file, interval, each)))
      return target
    }),
  )
  const { all, exitCode } = await execa(promtool, ['test', 'rules', ...files], { all: true, reject: false })
  return { all, exitCode: exitCode ?? -1 }
}
