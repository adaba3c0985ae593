import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { create } from 'tar'
import { addonCatalogue, releasesOf } from '../../src/lib/config/addons/catalogue.js'
import { argoCdManifests } from './argocd.js'

interface TestChart {
  name: string
  version: string
  appVersion?: string | undefined
  templates: Readonly<Record<string, string>>
}

/** What a small chart has: what it was installed with, and a program that runs nothing. Two versions differ in both objects. */
const TEMPLATES = {
  'values.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-values
data:
  chart: {{ .Chart.Name }}-{{ .Chart.Version }}
  values.json: {{ .Values | toJson | quote }}
`,
  'program.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: 1
  selector:
    matchLabels: { app: {{ .Release.Name }} }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
    spec:
      containers:
        - name: main
          image: registry.example.com/{{ .Chart.Name }}:{{ .Chart.AppVersion | default .Chart.Version }}
`,
}

/**
 * Writes small charts with the names and versions of the catalogue as a folder that a chart repository serves, and the one of Argo CD from
 * its own manifests. The same text gives the same archive, byte for byte.
 * @param options.only names of add-ons. Default: all.
 */
export async function writeTestCharts(folder: string, { only }: { only?: readonly string[] } = {}): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, addon] of Object.entries(addonCatalogue())) {
    if (only && !only.includes(name)) continue
    for (const { version, appVersion } of releasesOf(addon)) {
      const templates = name === 'argo-cd' ? { 'all.yaml': escaped(await argoCdManifests()) } : { ...TEMPLATES, ...definitionsOf(name) }
      await writeChart(folder, { name: addon.chart, version, appVersion, templates })
      if (addon.crds)
        await writeChart(folder, { name: addon.crds.chart, version, templates: { 'crds.yaml': JSON.stringify(definition(KARPENTER)) } })
    }
  }
}

/** Packs a chart, as `helm package` would. @returns the archive */
export async function writeChart(folder: string, { name, version, appVersion, templates }: TestChart): Promise<string> {
  const work = await mkdtemp(path.join(tmpdir(), 'chart-'))
  try {
    const files = {
      'Chart.yaml': JSON.stringify({ apiVersion: 'v2', name, version, ...(appVersion !== undefined && { appVersion }) }),
      'values.yaml': '{}\n',
      ...Object.fromEntries(Object.entries(templates).map(([file, text]) => [`templates/${file}`, text])),
    }
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(work, name, file)), { recursive: true })
      await writeFile(path.join(work, name, file), text)
    }
    const archive = path.join(folder, `${name}-${version}.tgz`)
    const names = Object.keys(files).map((file) => `${name}/${file}`)
    await create({ file: archive, cwd: work, gzip: true, portable: true, mtime: new Date(0) }, names)
    return archive
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Helm reads what stands in braces. */
function escaped(manifests: string): string {
  return manifests.replaceAll('{{', '{{"{{"}}')
}

interface Definition {
  group: string
  version: string
  kind: string
  scope?: 'Cluster' | 'Namespaced'
}

const KARPENTER: Definition = { group: 'karpenter.example.com', version: 'v1', kind: 'NodePool', scope: 'Cluster' }

/** Kinds of the objects that templates/addons/resources brings, by the add-on whose real chart defines them. */
const DEFINITIONS: Readonly<Record<string, readonly Definition[]>> = {
  'external-secrets': [
    { group: 'external-secrets.io', version: 'v1', kind: 'ExternalSecret' },
    { group: 'generators.external-secrets.io', version: 'v1alpha1', kind: 'Password' },
  ],
  'kube-prometheus-stack': [{ group: 'monitoring.coreos.com', version: 'v1', kind: 'PrometheusRule' }],
}

function definitionsOf(name: string): Record<string, string> {
  return Object.fromEntries((DEFINITIONS[name] ?? []).map((each) => [`${each.kind}.yaml`, JSON.stringify(definition(each))]))
}

/** A definition that lets everything pass. */
function definition({ group, version, kind, scope = 'Namespaced' }: Definition): object {
  const singular = kind.toLowerCase()
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural: `${singular}s`, singular, listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: open }, subresources: { status: {} } }],
    },
  }
}
