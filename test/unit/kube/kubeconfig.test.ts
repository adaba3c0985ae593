import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addEntries, removeEntries } from '../../../src/lib/clusters/kubeconfig-change.js'
import { entriesFor } from '../../../src/lib/clusters/kubeconfig-entries.js'
import { tokenRequest } from '../../../src/lib/clusters/token-request.js'
import { KubeconfigDocument } from '../../../src/lib/kube/kubeconfig-document.js'
import { fileForNew, kubeconfigFiles } from '../../../src/lib/kube/kubeconfig-files.js'
import { withKubeconfigLocks } from '../../../src/lib/kube/kubeconfig-lock.js'
import { fakeClock } from '../../helpers/fake-clock.js'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-kubeconfig-'))
  file = path.join(folder, 'config')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const OTHERS = `# kept by hand
apiVersion: v1
kind: Config
preferences: {}
future-field: {a: [1, 2]} # nobody knows it yet
clusters:
- cluster:
    server: https://other.example.com # the old one
  name: other
contexts:
# the one for everything
- context: {cluster: other, user: other}
  name: other
users:
- name: other
  user:
    token: "0123"
current-context: other
`
const owner = { platform: 'acme', environment: 'dev' }
const request = tokenRequest('acme-dev', 'eu-west-1')
const access = { endpoint: 'https://abc.example.com', certificateAuthority: 'Q0E=' }
const entries = (name = 'acme-dev', changed = {}) =>
  entriesFor(name, owner, { access: { ...access, ...changed }, request, program: '/opt/platform' })

async function add(text: string | undefined, options: { name?: string; use?: boolean; changed?: object } = {}) {
  if (text !== undefined) await writeFile(file, text)
  const document = await KubeconfigDocument.read(file)
  const { name = 'acme-dev', use = false, changed } = options
  const change = addEntries([document], document, { name, owner, entries: entries(name, changed), use })
  return { change, text: document.text, changed: document.changed }
}

describe('entries of a cluster', () => {
  test('are added without disturbing anything else', async () => {
    const { change, text } = await add(OTHERS)
    expect(change).toMatchObject({ status: 'added', contexts: ['acme-dev'], currentContext: 'other' })
    // Every line of before is there, in the same order.
    let place = 0
    for (const line of OTHERS.split('\n')) {
      const found = text.indexOf(line, place)
      expect(found, line).toBeGreaterThanOrEqual(place)
      place = found
    }
  })

  test('are taken out again without a trace', async () => {
    const before = OTHERS
    await writeFile(file, (await add(before)).text)
    const document = await KubeconfigDocument.read(file)
    expect(removeEntries([document], owner)).toEqual({ status: 'removed', contexts: ['acme-dev'], files: [file], currentContext: 'other' })
    expect(document.text).toBe(before)
  })

  test('make a new file, with the current context', async () => {
    const { change, text } = await add(undefined)
    expect(change).toMatchObject({ status: 'added', currentContext: 'acme-dev' })
    await writeFile(file, text)
    const document = await KubeconfigDocument.read(file)
    expect(document.value('users', 'acme-dev')).toMatchObject({
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: '/opt/platform',
        args: ['cluster', 'token', '--cluster', 'acme-dev', '--region', 'eu-west-1'],
        interactiveMode: 'Never',
        provideClusterInfo: false,
      },
    })
    expect(removeEntries([document], owner)).toMatchObject({ status: 'removed', currentContext: '' })
  })

  test('are left alone when they are right, and brought up to date when not', async () => {
    const { text } = await add(OTHERS)
    const own = text.replace('    user: acme-dev\n', '    user: acme-dev\n    namespace: mine\n')
    expect(await add(own)).toMatchObject({ change: { status: 'unchanged' }, changed: false })
    const moved = await add(own, { changed: { endpoint: 'https://new.example.com' } })
    expect(moved.change.status).toBe('updated')
    expect(moved.text).toBe(own.replace('https://abc.example.com', 'https://new.example.com'))
  })

  test('become the current ones only on demand', async () => {
    expect((await add(OTHERS, { use: true })).text).toContain('current-context: acme-dev')
    expect((await add(OTHERS.replace('current-context: other', 'current-context: ""'))).text).toMatch(/current-context: "?acme-dev/)
  })

  test.each(['clusters', 'contexts', 'users'])('refuse a name that something else has in %s', async (section) => {
    const taken = `apiVersion: v1\nkind: Config\n${section}:\n- name: acme-dev\n`
    await expect(add(taken)).rejects.toMatchObject({
      code: 'KubeconfigConflict',
      exitCode: 3,
      next: expect.arrayContaining([expect.stringContaining('--alias')]) as string[],
    })
    expect((await add(taken, { name: 'dev' })).change.status).toBe('added')
  })

  test('refuse the name of another platform', async () => {
    await writeFile(file, (await add(undefined)).text)
    const document = await KubeconfigDocument.read(file)
    const other = { platform: 'umbrella', environment: 'dev' }
    expect(() => addEntries([document], document, { name: 'acme-dev', owner: other, entries: entries(), use: false })).toThrow(
      /not this cluster's/,
    )
    expect(removeEntries([document], other).status).toBe('unchanged')
  })

  test('stay in the file in which they are, of several', async () => {
    const second = path.join(folder, 'second')
    await writeFile(file, OTHERS)
    await writeFile(second, (await add(OTHERS.replaceAll('other', 'third'))).text)
    await writeFile(file, OTHERS)
    const documents = [await KubeconfigDocument.read(file), await KubeconfigDocument.read(second)]
    const [first] = documents
    const change = addEntries(documents, first as KubeconfigDocument, {
      name: 'acme-dev',
      owner,
      entries: entries('acme-dev', { endpoint: 'https://b' }),
      use: true,
    })
    expect(change).toMatchObject({ status: 'updated', files: [second] })
    // The first file that names one decides about the current context.
    expect(documents.map(({ changed }) => changed)).toEqual([true, true])
    expect(first?.text).toBe((await readFile(file, 'utf8')).replace('current-context: other', 'current-context: acme-dev'))
  })

  test('go into JSON too, and quote what YAML 1.1 takes for something else', async () => {
    const { text } = await add('{"apiVersion": "v1", "kind": "Config", "clusters": [], "contexts": null}', { name: 'on' })
    expect(text).toMatch(/name: "on"|"name": "on"/)
    await writeFile(file, text)
    expect((await KubeconfigDocument.read(file)).names('contexts')).toEqual(['on'])
  })

  test.each([
    ['is broken', 'clusters: [\n'],
    ['is a list', '- a\n'],
    ['has something else in place of a list', 'clusters: 7\n'],
    ['has a name twice', 'kind: Config\nkind: Config\n'],
  ])('are not written into a file that %s', async (_what, text) => {
    await expect(add(text)).rejects.toMatchObject({ code: 'KubeconfigInvalid', details: { file } })
  })
})

test('the files are those that kubectl reads', async () => {
  const home = folder
  expect(kubeconfigFiles({ home })).toEqual([path.join(home, '.kube', 'config')])
  expect(kubeconfigFiles({ home, variable: '' })).toEqual([path.join(home, '.kube', 'config')])
  expect(kubeconfigFiles({ home, variable: '/a::/b:/a' })).toEqual(['/a', '/b'])
  expect(kubeconfigFiles({ home, variable: '/a', explicit: '/c' })).toEqual(['/c'])
  await writeFile(file, '')
  expect(fileForNew(['/nowhere/a', file])).toBe(file)
  expect(fileForNew(['/nowhere/a', '/nowhere/b'])).toBe('/nowhere/a')
})

test('a lock of kubectl is respected, and named', async () => {
  await writeFile(`${file}.lock`, '')
  const ports = { clock: fakeClock(), signal: new AbortController().signal }
  const work = withKubeconfigLocks(ports, [file], async () => 'done')
  await expect(work).rejects.toMatchObject({ code: 'KubeconfigLocked', details: { lock: `${file}.lock` } })
  expect(await readFile(`${file}.lock`, 'utf8')).toBe('')
  await rm(`${file}.lock`)
  expect(await withKubeconfigLocks(ports, [file], async () => 'done')).toBe('done')
})
