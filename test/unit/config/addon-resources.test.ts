import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { addonCatalogue, addonTemplates } from '../../../src/lib/config/addons/catalogue.js'
import { roles } from '../../../src/lib/config/choices.js'
import { objectionsTo, type Rendered } from '../../helpers/addons/checks.js'
import { objectsIn } from '../../helpers/addons/values.js'

interface KubernetesObject extends Rendered {
  apiVersion: string
  metadata: { name: string; namespace?: string }
}

const FOLDER = path.join(addonTemplates, 'resources')
const CLUSTER_WIDE = new Set(['StorageClass'])
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file))
const catalogue = addonCatalogue()

/** The add-on of a file of `<addon>/…` or `<role>/<addon>/…`, and where it is brought to. */
function placeOf(file: string): { addon: string; role: string | undefined } {
  const [first = '', second = ''] = file.split(path.sep)
  const role = roles.find((each) => each === first)
  return { addon: role === undefined ? first : second, role }
}

function objectsOf(file: string): KubernetesObject[] {
  return objectsIn(readFileSync(path.join(FOLDER, file), 'utf8')) as KubernetesObject[]
}

describe('plain objects beside charts', () => {
  it.each(files)('belong to an add-on that runs there, and lie in its namespace: %s', (file) => {
    const { addon, role } = placeOf(file)
    expect(Object.keys(catalogue)).toContain(addon)
    if (role !== undefined) expect(catalogue[addon]?.clusters).toContain(role)
    const objects = objectsOf(file)
    expect(objects.length).toBeGreaterThan(0)
    for (const object of objects) {
      expect(object).toMatchObject({ apiVersion: expect.any(String), kind: expect.any(String), metadata: { name: expect.any(String) } })
      expect(object.metadata.namespace, object.metadata.name).toBe(CLUSTER_WIDE.has(object.kind) ? undefined : catalogue[addon]?.namespace)
      expect(objectionsTo(object)).toEqual([])
    }
  })

  it('do not stand for the same thing twice', () => {
    const names = files.flatMap((file) =>
      objectsOf(file).map(({ kind, metadata }) => `${placeOf(file).role ?? ''} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`),
    )
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it('bring every Secret that values name and no chart makes', () => {
    const brought = files.flatMap((file) =>
      objectsOf(file)
        .filter(({ kind }) => kind === 'ExternalSecret' || kind === 'Secret')
        .map(({ metadata }) => metadata.name),
    )
    for (const name of ['grafana-admin', 'elasticsearch-fluent-bit', 'elasticsearch-jaeger', 'elasticsearch-roles', 'sonarqube']) {
      expect(brought, name).toContain(name)
    }
  })
})
