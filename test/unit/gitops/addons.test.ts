import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { addonCatalogue, addonOf } from '../../../src/lib/config/addons/catalogue.js'
import { loadProject } from '../../../src/lib/config/load.js'
import type { Project } from '../../../src/lib/config/project.js'
import { addonApplicationSet } from '../../../src/lib/gitops/addon-application-set.js'
import { fetchCharts, noteCharts, wantedCharts } from '../../../src/lib/gitops/addon-charts.js'
import { addonFiles, addonsInUse } from '../../../src/lib/gitops/addon-files.js'
import { addonMetadata } from '../../../src/lib/gitops/addon-metadata.js'
import { refuseOutsideWindow } from '../../../src/lib/gitops/addon-window.js'
import { labelsAndAnnotationsIn, withAddon } from '../../../src/lib/gitops/cluster-addon.js'
import { factValues } from '../../../src/lib/gitops/fact-values.js'
import { Helm } from '../../../src/lib/helm/helm.js'
import { readLock } from '../../../src/lib/templates/lock-file.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { ENVIRONMENT, PLATFORM, problemsOf, repository } from '../config/repository.js'

const MANAGEMENT = ENVIRONMENT.replace('workload', 'management')
const DEV = ENVIRONMENT.replace('10.0.0.0', '10.1.0.0')
const NOTHING = { resources: { common: false, byRole: false } }

interface Source {
  repoURL: string
  chart?: string
  targetRevision: string
  path?: string
  ref?: string
  helm?: { releaseName: string; valueFiles: string[]; values?: string; skipCrds?: boolean }
}
interface Spec {
  goTemplateOptions: string[]
  generators: unknown
  syncPolicy: unknown
  template: {
    metadata: { name: string; finalizers?: unknown }
    spec: { sources: Source[]; destination: unknown; syncPolicy: { syncOptions: string[] } }
  }
}
const specOf = (name: string, place = {}): Spec => addonApplicationSet(name, addonOf(name), { ...NOTHING, ...place })['spec'] as Spec

let project: Project
beforeEach(async () => {
  project = await loadProject(await repository({ 'environments/mgmt.yaml': MANAGEMENT, 'environments/dev.yaml': DEV }))
})

describe('the ApplicationSet of an add-on', () => {
  test.each(Object.keys(addonCatalogue()))(
    '%s: looks for its label, keeps what it made, and takes its version from the cluster',
    (name) => {
      const spec = specOf(name)
      const underscored = name.replaceAll('-', '_')
      expect(spec.generators).toEqual([{ clusters: { selector: { matchLabels: { [`enable_${underscored}`]: 'true' } } } }])
      expect(spec.syncPolicy).toEqual({ preserveResourcesOnDeletion: true })
      expect(spec.goTemplateOptions).toEqual(['missingkey=error'])
      expect(spec.template.metadata).not.toHaveProperty('finalizers')
      const chart = spec.template.spec.sources.find((each) => each.chart === addonOf(name).chart)
      expect(chart?.targetRevision).toBe(`{{ .metadata.annotations.addon_${underscored}_version }}`)
      expect(chart?.helm?.releaseName).toBe(name)
      expect(chart?.repoURL).not.toMatch(/^oci:/)
      // A template cannot read a name with a dash in it.
      expect(JSON.stringify(spec)).not.toMatch(/\{\{ \.[^}]*-[^}]*\}\}/)
    },
  )

  test('layers values from what is common to one cluster, and facts win', () => {
    const [chart, values] = specOf('aws-load-balancer-controller').template.spec.sources
    expect(chart?.helm?.valueFiles).toEqual([
      '$values/gitops/addons/default/aws-load-balancer-controller.yaml',
      '$values/gitops/addons/roles/{{ .metadata.labels.role }}/aws-load-balancer-controller.yaml',
      '$values/gitops/addons/environments/{{ .metadata.labels.environment }}/aws-load-balancer-controller.yaml',
      '$values/gitops/addons/clusters/{{ .name }}/aws-load-balancer-controller.yaml',
    ])
    expect(chart?.helm?.values).toBe(factValues(addonOf('aws-load-balancer-controller').facts))
    expect(values).toMatchObject({ ref: 'values', repoURL: '{{ .metadata.annotations.addons_repo_url }}' })
  })

  test('brings definitions first where a chart of their own has them, and facts by their path', () => {
    const [definitions, chart] = specOf('karpenter').template.spec.sources
    expect(definitions).toMatchObject({ repoURL: 'public.ecr.aws/karpenter', chart: 'karpenter-crd' })
    expect(chart).toMatchObject({ chart: 'karpenter', helm: { skipCrds: true } })
    expect(chart?.helm?.values).toContain('aws_cluster_name')
  })

  test('takes every chart from the mirror', () => {
    const { sources } = specOf('karpenter', { mirrors: { charts: { url: 'oci://registry.example.com/charts/', digests: 'upstream' } } })
      .template.spec
    expect(sources.filter(({ chart }) => chart !== undefined).map(({ repoURL }) => repoURL)).toEqual([
      'registry.example.com/charts',
      'registry.example.com/charts',
    ])
  })

  test('applies on the side of the server only where the catalogue says so', () => {
    expect(specOf('kyverno').template.spec.syncPolicy.syncOptions).toContain('ServerSideApply=true')
    expect(specOf('jaeger').template.spec.syncPolicy.syncOptions).not.toContain('ServerSideApply=true')
  })
})

describe('the files of add-ons', () => {
  const templates = async (files: Record<string, string>): Promise<string> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'addons-'))
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
      await writeFile(path.join(folder, file), text)
    }
    return folder
  }

  test('are those of the add-ons that some cluster has, each valid', async () => {
    const files = await addonFiles(project)
    const sets = files.filter((file) => file.path.startsWith('gitops/addons/applicationsets/'))
    expect(sets.map((file) => path.basename(file.path, '.yaml'))).toEqual(addonsInUse(project))
    expect(addonsInUse(project)).toContain('jaeger')
    expect(addonsInUse(project)).not.toContain('karpenter')
    for (const { content } of sets) expect(parse(content)).toMatchObject({ kind: 'ApplicationSet' })
    expect(new Set(files.map((file) => file.path)).size).toBe(files.length)
  })

  test('have images come from the mirror, under the names that the values say', async () => {
    const folder = await templates({
      'values/velero.yaml': 'initContainers:\n  - name: plugin\n    image: docker.io/velero/plugin:v1\n',
      'values/management/velero.yaml': 'image:\n  repository: ghcr.io/own/velero\n',
    })
    const mirrors = { images: { registry: 'registry.example.com/all' } }
    const platform = { ...project.platform, mirrors }
    const files = await addonFiles({ ...project, platform }, { templates: folder, names: ['velero'] })
    const textOf = (end: string): string => files.find(({ path: file }) => file.endsWith(end))?.content ?? ''
    expect(parse(textOf('mirror/velero.yaml'))).toEqual({
      image: { repository: 'registry.example.com/all/own/velero' },
      kubectl: { image: { repository: 'registry.example.com/all/kubectl' } },
      initContainers: [{ name: 'plugin', image: 'registry.example.com/all/velero/plugin:v1' }],
    })
    const set = parse(textOf('applicationsets/velero.yaml')) as { spec: Spec }
    expect(JSON.stringify(set.spec.template.spec.sources)).toContain('$values/gitops/addons/mirror/velero.yaml')
    const without = await addonFiles(project, { templates: folder, names: ['velero'] })
    expect(without.filter(({ path: file, content }) => file.includes('mirror') || content.includes('addons/mirror/velero'))).toEqual([])
  })

  test('hold values and objects where there are some, and nothing where there are none', async () => {
    const folder = await templates({
      'values/kyverno.yaml': 'a: 1\n',
      'values/workload/kyverno.yaml': 'b: 2\n',
      'resources/kyverno/policies/one.yaml': 'kind: One\n',
      'resources/management/kyverno/two.yaml': 'kind: Two\n',
    })
    const files = await addonFiles(project, { templates: folder, names: ['kyverno', 'jaeger'] })
    expect(files.map((file) => file.path).filter((file) => !file.includes('applicationsets'))).toEqual([
      'gitops/addons/README.md',
      'gitops/addons/default/kyverno.yaml',
      'gitops/addons/roles/workload/kyverno.yaml',
      'gitops/addons/resources/kyverno/policies/one.yaml',
      'gitops/addons/resources/management/kyverno/two.yaml',
      // The source of each role must exist once one of them has it.
      'gitops/addons/resources/workload/kyverno/README.md',
    ])
    const set = parse(files.find(({ path: file }) => file.endsWith('applicationsets/kyverno.yaml'))?.content ?? '') as { spec: Spec }
    expect(set.spec.template.spec.sources.map((source) => source.path).filter((each) => each !== undefined)).toEqual([
      'gitops/addons/resources/kyverno',
      'gitops/addons/resources/{{ .metadata.labels.role }}/kyverno',
    ])
  })
})

describe('the Secret of a cluster', () => {
  const text = `# Ours
metadata:
  labels:
    enable_kyverno: "true"
    role: workload # stays
  annotations:
    addon_kyverno_version: 3.9.0
    aws_region: eu-west-1
`

  test('is switched, and keeps what is beside it', () => {
    const on = withAddon(text, 'eck-stack', '0.20.0')
    expect(on).toContain('role: workload # stays')
    expect(on).toContain('enable_eck_stack: "true"')
    const { annotations } = labelsAndAnnotationsIn(on)
    expect(annotations).toEqual({ addon_eck_stack_version: '0.20.0', addon_kyverno_version: '3.9.0', aws_region: 'eu-west-1' })
    expect(Object.keys(annotations)).toEqual(Object.keys(annotations).sort())
    expect(withAddon(on, 'eck-stack', undefined)).toBe(text)
  })

  test('names what is enabled, and its versions', () => {
    const { labels, annotations } = addonMetadata({
      addons: { 'cert-manager': { enabled: true, version: 'v1.21.1' }, velero: { enabled: false, version: '12.1.0' } },
    })
    expect(labels).toEqual({ enable_cert_manager: 'true' })
    expect(annotations).toEqual({ addon_cert_manager_version: 'v1.21.1' })
  })
})

describe('the charts of add-ons', () => {
  const archive = 'an archive'
  const digest = `sha256:${createHash('sha256').update(archive).digest('hex')}`
  const other = `sha256:${'0'.repeat(64)}`
  const KYVERNO = { name: 'kyverno', version: '3.9.0' }
  const asked: string[][] = []
  const program = (): Helm => {
    asked.length = 0
    const exec = async (_file: string, args: readonly string[]) => {
      asked.push([...args])
      const place = args.find((each) => each.startsWith('--destination='))?.slice('--destination='.length) ?? ''
      await writeFile(path.join(place, 'chart.tgz'), archive)
      return { exitCode: 0, stdout: '', stderr: '' }
    }
    return new Helm({ exec, env: {}, signal: new AbortController().signal, clock: fakeClock() }, { program: 'helm', folder: '/t' })
  }
  const mirrored = async (digests: string): Promise<Project> =>
    loadProject(
      await repository({
        'platform.yaml': `${PLATFORM}mirrors:\n  charts:\n    url: https://mirror.example.com/charts\n    digests: ${digests}\n`,
        'environments/dev.yaml': DEV,
      }),
    )

  test('come from their publisher, with the digest of the catalogue', () => {
    expect(wantedCharts(project, {}, KYVERNO)).toEqual([
      {
        key: 'kyverno',
        name: 'kyverno',
        repository: addonOf('kyverno').repository,
        version: '3.9.0',
        known: false,
        digest: addonOf('kyverno').digest,
      },
    ])
    expect(wantedCharts(project, {}, { name: 'karpenter', version: '1.14.1' }).map(({ key }) => key)).toEqual([
      'karpenter-crd',
      'karpenter',
    ])
  })

  test('come from the mirror: as the publisher packed them, or with a first digest', async () => {
    const [upstream] = wantedCharts(await mirrored('upstream'), {}, KYVERNO)
    expect(upstream).toMatchObject({ repository: 'https://mirror.example.com/charts', digest: addonOf('kyverno').digest })
    expect(wantedCharts(await mirrored('mirror'), {}, KYVERNO)[0]).not.toHaveProperty('digest')
  })

  test('that the lock and the publisher say different things of are refused, before anybody is asked', () => {
    const charts = { kyverno: { repository: addonOf('kyverno').repository, version: '3.9.0', digest: other } }
    expect(() => wantedCharts(project, { charts }, KYVERNO)).toThrow(expect.objectContaining({ code: 'ChartDigestMismatch' }) as Error)
  })

  test('are noted with the first archive, and held to it', async () => {
    const there = await mirrored('mirror')
    const folder = await mkdtemp(path.join(tmpdir(), 'charts-'))
    const first = wantedCharts(there, await readLock(there.directory), KYVERNO)
    await noteCharts(there.directory, first, await fetchCharts(program(), first, { folder }))
    const { charts } = await readLock(there.directory)
    expect(charts).toEqual({ kyverno: { repository: 'https://mirror.example.com/charts', version: '3.9.0', digest } })
    expect(wantedCharts(there, { charts }, KYVERNO)[0]).toMatchObject({ known: true, digest })

    const changed = wantedCharts(there, { charts: { kyverno: { ...charts!['kyverno']!, digest: other } } }, KYVERNO)
    await expect(fetchCharts(program(), changed, { folder })).rejects.toMatchObject({ code: 'ChartDigestMismatch' })
    expect(asked).toHaveLength(1)
  })

  test('of another version in another environment stand beside', async () => {
    const there = await mirrored('mirror')
    const archives = new Map([['jaeger', { digest }]])
    for (const version of ['4.11.0', '4.11.1', '4.11.0']) {
      const wanted = wantedCharts(there, await readLock(there.directory), { name: 'jaeger', version })
      await noteCharts(there.directory, wanted, archives)
    }
    const lock = await readLock(there.directory)
    expect(lock.charts?.['jaeger']).toMatchObject({ version: '4.11.0', also: { '4.11.1': { digest } } })
    expect(Object.keys(lock.charts?.['jaeger']?.also ?? {})).toEqual(['4.11.1'])
    for (const version of ['4.11.0', '4.11.1']) expect(wantedCharts(there, lock, { name: 'jaeger', version })[0]?.known).toBe(true)
  })
})

describe('the window of an add-on', () => {
  const dev = (version: string) => {
    const found = project.environments.get('dev')!
    return { ...found, cluster: { ...found.cluster, kubernetesVersion: version as '1.35' } }
  }

  test('lets an environment pass on a version that all of its add-ons run on', () => {
    expect(() => refuseOutsideWindow(dev('1.35'))).not.toThrow()
  })

  test('refuses another one, and says what fits', () => {
    const addons = { kyverno: { enabled: true, version: '3.9.0' }, rancher: { enabled: false, version: '2.15.0' } }
    expect(() => refuseOutsideWindow({ ...dev('1.36'), addons })).toThrow(
      expect.objectContaining({
        code: 'AddonOutsideWindow',
        exitCode: 3,
        reason: expect.stringContaining('kyverno 3.9.0 runs on Kubernetes 1.33 to 1.35, not on 1.36') as string,
        details: expect.objectContaining({ addons: [{ addon: 'kyverno', version: '3.9.0', fitting: [] }] }) as unknown,
      }) as Error,
    )
  })
})

test('Argo CD cannot be switched off, nor what does not exist or does not fit the role be switched on', async () => {
  const problems = await problemsOf(
    await repository({
      'environments/mgmt.yaml': `${MANAGEMENT}addons:\n  argo-cd:\n    enabled: false\n  kyverni: {}\n`,
      'environments/dev.yaml': `${DEV}addons:\n  rancher:\n    enabled: true\n`,
    }),
  )
  expect(problems.map(({ field }) => field).sort()).toEqual(['addons.argo-cd.enabled', 'addons.kyverni', 'addons.rancher.enabled'])
  expect(problems.find(({ field }) => field === 'addons.argo-cd.enabled')?.message).toContain('cannot be disabled')
})
