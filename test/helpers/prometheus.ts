import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

/** The chart with dashboards, rules and runbooks. */
export const MONITORING = fileURLToPath(new URL('../../templates/monitoring/', import.meta.url))

export interface Rule {
  alert?: string
  record?: string
  expr: string
  for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

export interface RuleFile {
  /** Name without extension: the stage of the platform that it watches. */
  stage: string
  file: string
  groups: Array<{ name: string; rules: Rule[] }>
}

export interface Alert extends Rule {
  alert: string
  stage: string
}

export async function readRuleFiles(): Promise<RuleFile[]> {
  const folder = path.join(MONITORING, 'rules')
  const names = (await readdir(folder)).sort()
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name)
      const { groups } = parse(await readFile(file, 'utf8')) as Pick<RuleFile, 'groups'>
      return { stage: path.basename(name, '.yaml'), file, groups }
    }),
  )
}

export function alertsOf({ stage, groups }: RuleFile): Alert[] {
  return groups.flatMap(({ rules }) => rules).flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert, stage }]))
}

/** Series in promtool's notation: values by selector. */
export type Series = Record<string, string>

/** What `test/e2e/monitoring/alerts.yaml` says of an alert. */
export interface AlertCase {
  /** Between two samples. Default: 1m. */
  interval?: string
  at: string
  fires: { labels: Record<string, string>; series: Series }
  quiet: { series: Series }
}

export async function readAlertCases(): Promise<Record<string, AlertCase>> {
  const file = fileURLToPath(new URL('../e2e/monitoring/alerts.yaml', import.meta.url))
  return parse(await readFile(file, 'utf8')) as Record<string, AlertCase>
}

const labelsText = (labels: Record<string, string>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`

/** A file for `promtool test rules` in which each alert fires once, and once does not. */
export function promtoolTests(ruleFile: string, interval: string, cases: ReadonlyArray<readonly [alert: string, AlertCase]>): object {
  return {
    rule_files: [ruleFile],
    evaluation_interval: interval,
    tests: cases.flatMap(([alert, { at, fires, quiet }]) =>
      (['fires', 'quiet'] as const).map((kind) => ({
        name: `${alert} ${kind}`,
        interval,
        input_series: Object.entries({ fires, quiet }[kind].series).map(([series, values]) => ({ series, values })),
        promql_expr_test: [
          {
            expr: `count by (${Object.keys(fires.labels).join(', ')}) (ALERTS{alertname="${alert}", alertstate="firing"})`,
            eval_time: at,
            exp_samples: kind === 'fires' ? [{ labels: labelsText(fires.labels), value: 1 }] : [],
          },
        ],
      })),
    ),
  }
}
