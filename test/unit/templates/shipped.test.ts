import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { digestOf } from '../../../src/lib/templates/lock-file.js'
import { changesBetween, readChangelogs } from '../../../src/lib/templates/changelog.js'
import { plainFilesOf, readManifest, readReleases, templatesFolder, type Manifest } from '../../../src/lib/templates/shipped.js'

const partsOf = ({ modules, roots }: Manifest): string[] => [
  ...Object.entries(modules).map(([name, version]) => `module ${name} ${version}`),
  ...Object.entries(roots).map(([name, { version }]) => `root ${name} ${version}`),
]

const RELEASED = {
  'modules/cluster-eks/1.0.0': 'sha256:4e46bde0429338e4d7f9dbb1b6c082ba2445a6d3270afeb5649afe5fcc2dd937',
  'modules/keys/1.0.0': 'sha256:93ef0d629960b2ae17b8e0fec7d7973e84bd4650d874ea082575f9a3b853ee23',
  'modules/network/1.0.0': 'sha256:f2206f1570bedea808c5edfcaa41cb700b43fcac0f32cbb94196d75f51d0aba5',
  'modules/state/1.0.0': 'sha256:175c7ba18150f940be34f06ff2fb759879447660a823acbcc1e23aecec35bf05',
  'roots/eks/1.0.0': 'sha256:347a8d6d2b42d79afc4f5723ca52f2be6e2f591a90174a09bf49368e89c0e658',
}

const terraform = path.join(templatesFolder(), 'terraform')

describe('the shipped templates', () => {
  test('every release names modules and roots that exist, with a README each', async () => {
    for (const manifest of await readReleases()) {
      for (const [name, version] of Object.entries(manifest.modules)) {
        const files = await plainFilesOf(path.join(terraform, 'modules', name, version))
        expect(files.map((file) => file.path)).toEqual(
          expect.arrayContaining(['README.md', 'main.tf', 'outputs.tf', 'variables.tf', 'versions.tf']),
        )
      }
      for (const [root, { version, modules }] of Object.entries(manifest.roots)) {
        const main = await readFile(path.join(terraform, 'roots', root, version, 'main.tf'), 'utf8')
        const sources = [...main.matchAll(/source\s*=\s*"(?:\.\.\/)+([^"]+)"/g)].map((match) => match[1])
        expect(sources.sort()).toEqual(modules.map((name) => `modules/${name}/${manifest.modules[name]}`).sort())
      }
    }
  })

  test('every version that is there belongs to a release', async () => {
    const releases = await readReleases()
    const named = releases.flatMap(({ modules, roots }) => [
      ...Object.entries(modules).map(([name, version]) => `modules/${name}/${version}`),
      ...Object.entries(roots).map(([name, { version }]) => `roots/${name}/${version}`),
    ])
    for (const kind of ['modules', 'roots'])
      for (const name of await readdir(path.join(terraform, kind)))
        for (const version of await readdir(path.join(terraform, kind, name))) expect(named).toContain(`${kind}/${name}/${version}`)
  })

  test('a root that uses other modules has another version', async () => {
    const seen = new Map<string, string>()
    for (const { modules, roots } of await readReleases()) {
      for (const [root, template] of Object.entries(roots)) {
        const uses = template.modules.map((name) => `${name} ${modules[name]}`).join(', ')
        const known = seen.get(`${root} ${template.version}`)
        if (known !== undefined) expect(uses).toBe(known)
        seen.set(`${root} ${template.version}`, uses)
      }
    }
  })

  // A digest that differs says: make a new version of the module or root beside the old one. Only a release adds lines here.
  test('what was released does not change any more', async () => {
    const digests: Record<string, string> = {}
    for (const folder of Object.keys(RELEASED)) {
      const files = await plainFilesOf(path.join(terraform, folder))
      digests[folder] = digestOf(files.map((file) => `${file.path} ${digestOf(file.content)}\n`).join(''))
    }
    expect(digests).toEqual(RELEASED)
  })

  test('the current version is the newest', async () => {
    expect((await readReleases()).at(-1)).toEqual(await readManifest())
  })

  test('every new part of a release is in its changelog', async () => {
    const changelogs = new Map((await readChangelogs()).map(({ version, changes }) => [version, changes.map(({ part }) => part)]))
    const [first, ...later] = await readReleases()
    let before = new Set(partsOf(first!))
    for (const release of later) {
      const fresh = partsOf(release).filter((part) => !before.has(part))
      expect(changelogs.get(release.version), `templates/changelog/${release.version}.yaml`).toEqual(expect.arrayContaining(fresh))
      before = new Set(partsOf(release))
    }
  })

  test('a changelog tells a root what comes with an update', async () => {
    const changelogs = [
      { version: '0.2.0', changes: [{ part: 'root eks 1.1.0', summary: 'a', effect: 'nothing' as const }] },
      {
        version: '0.3.0',
        changes: [
          { part: 'module network 1.1.0', summary: 'b', effect: 'downtime' as const, detail: 'c' },
          { part: 'module trail 1.1.0', summary: 'd', effect: 'adds' as const },
        ],
      },
    ]
    const between = (from: string, to: string) => changesBetween(changelogs, { from, to, root: 'eks', modules: ['network'] }).map(({ summary }) => summary)
    expect([between('0.1.0', '0.3.0'), between('0.2.0', '0.3.0'), between('0.1.0', '0.2.0'), between('0.3.0', '0.3.0')]).toEqual([['a', 'b'], ['b'], ['a'], []])
  })

  test('what Terraform leaves behind is not a template', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'platform-shipped-'))
    await mkdir(path.join(directory, '.terraform/providers'), { recursive: true })
    for (const file of ['.terraform/providers/x', '.terraform.lock.hcl', 'terraform.tfstate', 'terraform.tfstate.backup', 'main.tf'])
      await writeFile(path.join(directory, file), '')
    expect(await plainFilesOf(directory)).toEqual([{ path: 'main.tf', content: '' }])
  })
})
