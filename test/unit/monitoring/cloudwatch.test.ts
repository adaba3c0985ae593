import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { readDashboards } from '../../helpers/dashboards.js'
import { readRuleFiles } from '../../helpers/prometheus.js'

const EXPORTER = new URL('../../../templates/terraform/modules/observability/1.0.0/exporter.tf', import.meta.url)

/**
 * The name that the exporter gives to a metric of CloudWatch.
 * Source: prometheus-community/yet-another-cloudwatch-exporter, pkg/promutil (BuildMetricName, PromString).
 */
function exportedName(namespace: string, metric: string, statistic: string): string {
  const words = snake(namespace.toLowerCase())
  let name = snake(metric)
  let skip = 0
  for (const part of words.split('_')) if (name.slice(skip).startsWith(part)) skip = part.length
  name = name.slice(skip).replace(/^_/, '')
  return `${words.startsWith('aws') ? '' : 'aws_'}${words}_${name}_${statistic.toLowerCase()}`
}

function snake(text: string): string {
  return text
    .replaceAll(/[ ,/\\.\-:=@<>()]/g, '_')
    .replaceAll(/(?<=[a-z\d])[A-Z]/g, '_$&')
    .toLowerCase()
}

/** Every metric that the module `observability` asks the exporter for: `"AWS/RDS" = { Average = ["CPUUtilization"] }`. */
async function exported(): Promise<Set<string>> {
  const text = (await readFile(EXPORTER, 'utf8'))
    .replace('local.use_metric', '"BreakGlassUses"')
    .replace('platform/${var.platform}/${scope}', 'platform/acme/prod')
  const names = new Set<string>()
  for (const line of text.split('\n')) {
    const [, namespace] = /"((?:AWS|platform)\/[\w/]+)"/.exec(line) ?? []
    if (namespace === undefined) continue
    for (const [, statistic = '', metrics = ''] of line.matchAll(/\b(Sum|Average|Maximum|Minimum)\s*=\s*\[([^\]]*)\]/g))
      for (const [, metric = ''] of metrics.matchAll(/"(\w+)"/g)) names.add(exportedName(namespace, metric, statistic))
  }
  return names
}

test.each([
  ['AWS/ApplicationELB', 'HTTPCode_ELB_5XX_Count', 'Sum', 'aws_applicationelb_httpcode_elb_5_xx_count_sum'],
  ['AWS/ApplicationELB', 'UnHealthyHostCount', 'Maximum', 'aws_applicationelb_un_healthy_host_count_maximum'],
  ['AWS/RDS', 'CPUUtilization', 'Average', 'aws_rds_cpuutilization_average'],
  ['AWS/CodeBuild', 'FailedBuilds', 'Sum', 'aws_codebuild_failed_builds_sum'],
  ['Glue', 'glue.driver.jvm', 'Sum', 'aws_glue_driver_jvm_sum'],
  ['platform/acme/prod', 'BreakGlassUses', 'Sum', 'aws_platform_acme_prod_break_glass_uses_sum'],
])('the exporter calls %s %s %s %s', (namespace, metric, statistic, name) => {
  expect(exportedName(namespace, metric, statistic)).toBe(name)
})

test('whatever rules and dashboards ask of AWS, the exporter is told to bring', async () => {
  const rules = (await readRuleFiles()).flatMap(({ groups }) => groups.flatMap((group) => group.rules.map(({ expr }) => expr)))
  const queries = (await readDashboards()).flatMap(({ dashboard }) =>
    dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  )
  const asked = new Set([...rules, ...queries].flatMap((expr) => [...expr.matchAll(/\baws_[\w.+]+/g)].map(([name]) => name)))
  const brought = [...(await exported())]
  expect(asked.size).toBeGreaterThan(25)
  const missing = [...asked].filter((name) => !brought.some((each) => new RegExp(`^${name}$`).test(each)))
  expect(missing).toEqual([])
})
