import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { alertsOf, MONITORING, readAlertCases, readRuleFiles } from '../../helpers/prometheus.js'

const PLACE = 'gitops/addons/resources/management/kube-prometheus-stack/'
const ruleFiles = await readRuleFiles()
const alerts = ruleFiles.flatMap(alertsOf)
const cases = await readAlertCases()

/** The name of an anchor, as Git hosts make it of a heading. */
const anchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(' ', '-'))
const metricOf = (series: string): string => series.replace(/\{.*/, '')

test('there are rules for every stage of the platform', () => {
  expect(ruleFiles.map(({ stage }) => stage)).toEqual([
    'applications',
    'backups',
    'cluster',
    'databases',
    'delivery',
    'edge',
    'gitops',
    'infrastructure',
    'observability',
    'security',
  ])
  for (const ruleFile of ruleFiles) expect(alertsOf(ruleFile).length).toBeGreaterThan(0)
})

test('the name of an alert is there once, and each one is tried', () => {
  const names = alerts.map(({ alert }) => alert)
  expect(new Set(names).size).toBe(names.length)
  expect(Object.keys(cases).sort()).toEqual([...names].sort())
})

describe.each(alerts)('$alert', ({ alert, stage, labels = {}, annotations = {} }) => {
  test('says how bad it is, where it belongs and what it means', () => {
    expect(['critical', 'warning', 'info']).toContain(labels['severity'])
    expect(['performance', 'business', 'security', 'development']).toContain(labels['level'])
    expect(labels['stage']).toBe(stage)
    expect(annotations['summary']).toMatch(/\.$/)
    expect(annotations['description']).toMatch(/\.$/)
  })

  test('has a runbook that exists, with what to look at and what to do', async () => {
    const [file = '', anchor = ''] = (annotations['runbook_url'] ?? '').split('#')
    expect(file.startsWith(`${PLACE}runbooks/`)).toBe(true)
    const text = await readFile(path.join(MONITORING, file.slice(PLACE.length)), 'utf8')
    expect(anchors(text)).toContain(anchor)
    const section = text.split(/^## /m).find((part) => part.startsWith(`${alert}\n`)) ?? ''
    expect(section).toMatch(/Look at:\n\n- [^]*Then:\n\n- /)
  })

  test('stays silent in its test for a reason, not for want of series', () => {
    const { fires, quiet } = cases[alert]!
    const metrics = (series: Record<string, string>): string[] => [...new Set(Object.keys(series).map(metricOf))].sort()
    const missing = metrics(fires.series).filter((metric) => !metrics(quiet.series).includes(metric))
    expect(missing).toEqual([])
  })
})

test('runbooks link to places that exist', async () => {
  const pages = new Map<string, string>(
    await Promise.all(
      ruleFiles.map(
        async ({ stage }) => [`${stage}.md`, await readFile(path.join(MONITORING, 'runbooks', `${stage}.md`), 'utf8')] as const,
      ),
    ),
  )
  let links = 0
  for (const [page, text] of pages) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
      const [file, anchor] = target.split('#')
      expect(anchors(pages.get(file === '' || file === undefined ? page : file) ?? '')).toContain(anchor)
      links += 1
    }
  }
  expect(links).toBeGreaterThan(0)
})
