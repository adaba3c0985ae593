// Charts as their publishers keep them in Git, made ready for Helm.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'

/**
 * Copies a chart to where it can be rendered: a dependency that lies beside it comes along, one that lies nowhere is left out, and a
 * place that its publisher fills in at release time gets the version.
 * @param charts folder with one folder for each chart.
 */
export function prepareChart(charts, { chart, version, appVersion }, target) {
  const folder = path.join(target, chart)
  cpSync(path.join(charts, chart), folder, { recursive: true })
  const file = path.join(folder, 'Chart.yaml')
  const text = readFileSync(file, 'utf8')
    .replaceAll(/%VERSION%|v0\.0\.0/g, version)
    .replaceAll('%APP_VERSION%', appVersion ?? version)
  const { dependencies = [], ...rest } = parse(text)
  const kept = dependencies.flatMap((dependency) => {
    const inside = path.join(folder, 'charts', dependency.name)
    const beside = path.join(charts, dependency.name)
    if (!existsSync(inside)) {
      if (!existsSync(beside)) return []
      cpSync(beside, inside, { recursive: true })
    }
    return [{ ...dependency, version: parse(readFileSync(path.join(inside, 'Chart.yaml'), 'utf8')).version }]
  })
  writeFileSync(file, stringify({ ...rest, ...(kept.length > 0 && { dependencies: kept }) }))
  return { folder, missing: dependencies.filter(({ name }) => !kept.some((each) => each.name === name)).map(({ name }) => name) }
}
