// What a real API server says of rendered objects: a dry run with strict validation, after the definitions have been installed for real.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runQuiet } from '../run-tool.mjs'

/** Definitions and namespaces, which a dry run needs to be there. */
export async function prepareServer(options, rows) {
  const objects = rows.flatMap((row) => row.objects ?? [])
  const definitions = new Map(objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map((each) => [each.metadata.name, each]))
  const names = new Set([...rows.map(({ addon }) => addon.namespace), ...objects.map(({ metadata }) => metadata?.namespace)])
  const namespaces = [...names].filter(Boolean).map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
  const failed = await apply(options, [...namespaces, ...definitions.values()], [])
  if (failed.length > 0) console.log(failed.join('\n'))
  if (definitions.size > 0) {
    await runQuiet([
      options.kubectl,
      '--kubeconfig',
      options.kubeconfig,
      'wait',
      '--for=condition=Established',
      'crd',
      '--all',
      '--timeout=60s',
    ])
  }
}

/** What it refuses of the objects of one add-on. */
export async function serverObjections(options, { addon, objects }) {
  return apply(options, objects, ['--dry-run=server'], addon.namespace)
}

async function apply({ kubectl, kubeconfig }, objects, flags, namespace = 'default') {
  const folder = mkdtempSync(path.join(tmpdir(), 'objects-'))
  const [file, config] = [path.join(folder, 'objects.json'), path.join(folder, 'kubeconfig')]
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  copyFileSync(kubeconfig, config)
  try {
    // Only objects that name no namespace take this one: the flag --namespace would refuse others.
    await runQuiet([kubectl, '--kubeconfig', config, 'config', 'set-context', '--current', `--namespace=${namespace}`])
    const how = ['apply', '--server-side', '--force-conflicts', '--validate=strict', ...flags]
    const { ok, output } = await runQuiet([kubectl, '--kubeconfig', config, ...how, '-f', file])
    return ok ? [] : output.split('\n').filter((line) => line !== '' && !/ serverside-applied/.test(line))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
