import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseAllDocuments, parse } from 'yaml'
import { UserError } from '../core/errors.js'
import { readTextIfExists } from '../core/files.js'
import type { KubernetesObject } from '../core/kubernetes.js'
import { redactText } from '../core/redaction.js'
import { Helm, type HelmPorts } from './helm.js'

/** What Helm makes of a chart of the repository. Charts that it depends on are fetched into a copy. @throws `ToolFailed` */
export async function renderChart(
  ports: HelmPorts,
  program: string,
  directory: string,
  chart: { folder: string; values: string; release: string; namespace: string },
): Promise<KubernetesObject[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'platform-chart-'))
  const helm = new Helm(ports, { program, folder })
  try {
    const copy = path.join(folder, 'chart')
    await cp(path.join(directory, chart.folder), copy, { recursive: true })
    const { dependencies } = (parse((await readTextIfExists(path.join(copy, 'Chart.yaml'))) ?? '') ?? {}) as { dependencies?: unknown[] }
    if (dependencies && dependencies.length > 0) await succeed(helm, ['dependency', 'update', copy], chart.folder)
    const values = path.join(directory, chart.values)
    const args = ['template', chart.release, copy, `--namespace=${chart.namespace}`, `--values=${values}`]
    return parseAllDocuments(await succeed(helm, args, chart.folder))
      .map((document) => document.toJS() as KubernetesObject | null)
      .filter((object) => object !== null)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function succeed(helm: Helm, args: readonly string[], chart: string): Promise<string> {
  const { exitCode, stdout, stderr } = await helm.run(args)
  if (exitCode === 0) return stdout
  throw new UserError('ToolFailed', `Helm cannot render ${chart}.`, {
    reason: redactText(stderr.trim()),
    next: [`See it by hand: helm template ${chart}`],
    details: { chart },
  })
}
