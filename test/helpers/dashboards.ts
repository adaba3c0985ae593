import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { MONITORING } from './prometheus.js'

export interface DataSource {
  type: string
  uid: string
}

export interface Link {
  title: string
  url: string
}

export interface Target {
  refId: string
  datasource: DataSource
  expr: string
  legendFormat?: string
  instant?: boolean
  range?: boolean
}

export interface Panel {
  id: number
  type: string
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  datasource?: DataSource
  targets?: Target[]
  fieldConfig?: {
    defaults: { links?: Link[] }
    overrides: Array<{ matcher: { options: string }; properties: Array<{ id: string; value: unknown }> }>
  }
  transformations?: Array<{ id: string; options: { renameByName?: Record<string, string> } }>
}

export interface Dashboard {
  uid: string
  title: string
  description: string
  schemaVersion: number
  tags: string[]
  links: Link[]
  templating: { list: Array<{ name: string; type: string; definition?: string; datasource?: DataSource }> }
  panels: Panel[]
}

export async function readDashboards(): Promise<Array<{ file: string; dashboard: Dashboard }>> {
  const folder = path.join(MONITORING, 'dashboards')
  const files = (await readdir(folder)).sort()
  return Promise.all(
    files.map(async (file) => ({ file, dashboard: JSON.parse(await readFile(path.join(folder, file), 'utf8')) as Dashboard })),
  )
}

/** Every link of a dashboard: at its top, of a panel's data, and of the cells of a table. */
export function linksOf({ links, panels }: Dashboard): Link[] {
  const ofPanels = panels.flatMap(({ fieldConfig }) => [
    ...(fieldConfig?.defaults.links ?? []),
    ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
      properties.flatMap(({ id, value }) => (id === 'links' ? (value as Link[]) : [])),
    ),
  ])
  return [...links, ...ofPanels]
}

/** Names of variables in a text, without those of Grafana itself (`__…`). */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(/\$(?:\{(\w+)|(\w+))/g)]
    .map(([, braced, plain]) => braced ?? plain ?? '')
    .filter((name) => !name.startsWith('__') && !/^\d/.test(name))
}
