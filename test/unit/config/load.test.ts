import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfiguration, loadProject } from '../../../src/lib/config/load.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import { ENVIRONMENT, PLATFORM, problemsOf, repository } from './repository.js'

const DEV = 'environments/dev.yaml'
const twoAccounts = PLATFORM.replace('  sandbox:', '  tools:\n    id: "111111111111"\n  sandbox:')

describe('a good repository', () => {
  test('is found from a folder below it and completed from preset and defaults', async () => {
    const directory = await repository({ [DEV]: ENVIRONMENT, 'infra/environments/dev/main.tf': '' })
    const project = await loadProject(path.join(directory, 'infra/environments/dev'))
    expect(project.directory).toBe(directory)
    expect(project.environments.get('dev')).toMatchObject({
      name: 'dev',
      preset: 'small',
      isolation: 'hard',
      region: 'eu-west-1',
      account: { name: 'sandbox', id: '000000000000' },
      network: { cidr: '10.0.0.0/16', zones: 2, nat: 'single' },
      cluster: { name: 'acme-dev', kubernetesVersion: '1.35', authenticationMode: 'API' },
    })
  })

  test('may begin with a byte order mark and end its lines the Windows way', async () => {
    const directory = await repository({ [DEV]: `\uFEFF${ENVIRONMENT.replaceAll('\n', '\r\n')}` })
    expect((await loadProject(directory)).environments.get('dev')?.network.cidr).toBe('10.0.0.0/16')
  })

  test('may have tags with everything that AWS allows in one', async () => {
    const directory = await repository({ [DEV]: `${ENVIRONMENT}tags:\n  "cost centre": "Größe 1+2-3=4._:/@"\n  empty: ""\n` })
    expect((await loadProject(directory)).environments.get('dev')?.tags).toEqual({ 'cost centre': 'Größe 1+2-3=4._:/@', empty: '' })
  })

  test('lists environments by name and ignores other files', async () => {
    const prod = ENVIRONMENT.replace('10.0.', '10.1.')
    const directory = await repository({
      'environments/prod.yaml': prod,
      [DEV]: ENVIRONMENT,
      'environments/.gitkeep': '',
      'environments/README.md': '',
    })
    expect([...(await loadProject(directory)).environments.keys()]).toEqual(['dev', 'prod'])
  })

  test('gives a soft environment the network, account and cluster of its host', async () => {
    const soft = 'apiVersion: platform/v1alpha1\nkind: Environment\nrole: workload\nisolation: soft\nhost: dev\n'
    const directory = await repository({ [DEV]: ENVIRONMENT, 'environments/alpha.yaml': soft })
    const { project, origins } = await loadConfiguration(directory)
    expect(project.environments.get('alpha')).toMatchObject({
      isolation: 'soft',
      host: 'dev',
      cluster: { name: 'acme-dev' },
      network: { cidr: '10.0.0.0/16' },
    })
    expect(origins.environments.get('alpha')?.get('cluster')).toBe('host dev')
  })
})

describe('a link that leads outside the repository', () => {
  test.each([
    '.platform',
    '.platform/runs',
    '.platform/locks',
    '.platform/states',
    '.platform/template-update',
    '.platform/sandbox',
    'infra/.templates',
    'infra',
    'infra/environments',
    'infra/modules',
    'platform.lock.json',
  ])('is refused as %s before anything is written there', async (place) => {
    const [outside, directory] = [await repository({}), await repository({})]
    await mkdir(path.dirname(path.join(directory, place)), { recursive: true })
    await symlink(outside, path.join(directory, place))
    await expect(loadProject(directory)).rejects.toMatchObject({ code: 'PathOutsideRepository', exitCode: 64 })
    expect((await readdir(outside)).sort()).toEqual(['platform.yaml'])
  })

  test('is refused when it leads nowhere but to itself', async () => {
    const directory = await repository({})
    await symlink('infra', path.join(directory, 'infra'))
    await expect(loadProject(directory)).rejects.toMatchObject({ code: 'PathOutsideRepository' })
  })

  test('is none when it stays inside', async () => {
    const directory = await repository({ 'elsewhere/x': '' })
    await symlink('elsewhere', path.join(directory, 'infra'))
    await loadProject(directory)
  })
})

test('without platform.yaml anywhere above, says so', async () => {
  await expect(loadProject(tmpdir())).rejects.toMatchObject({ code: 'NotARepository' })
})

describe('what is wrong in an environment file', () => {
  const cases: Array<[what: string, text: string, expected: Record<string, unknown>]> = [
    ['a field that does not exist', `${ENVIRONMENT}preste: small\n`, { line: 6, column: 1, field: 'preste', nearest: 'preset' }],
    [
      'a field in the wrong place',
      `${ENVIRONMENT}kubernetesVersion: "1.35"\n`,
      { line: 6, field: 'kubernetesVersion', nearest: 'cluster.kubernetesVersion' },
    ],
    [
      'a field that is missing',
      ENVIRONMENT.replace('role: workload\n', ''),
      { line: 1, field: 'role', message: 'is missing', allowed: ['management', 'workload'] },
    ],
    ['a value that is not allowed', ENVIRONMENT.replace('workload', 'worklod'), { line: 3, column: 7, field: 'role', nearest: 'workload' }],
    [
      'text instead of a number',
      `${ENVIRONMENT}  zones: two\n`,
      { line: 6, column: 10, field: 'network.zones', message: 'must be a number' },
    ],
    ['a number that is too large', `${ENVIRONMENT}  zones: 4\n`, { field: 'network.zones', message: 'must be at most 3' }],
    ['half a number', `${ENVIRONMENT}  zones: 2.5\n`, { field: 'network.zones', message: 'must be a whole number' }],
    [
      'yes instead of true',
      `${ENVIRONMENT}protection: yes\n`,
      { line: 6, column: 13, field: 'protection', message: 'must be true or false' },
    ],
    [
      'a field without a value',
      `${ENVIRONMENT}cluster:\n`,
      { line: 6, column: 1, field: 'cluster', message: 'has no value: write one, or remove the field' },
    ],
    ['a list instead of a group', `${ENVIRONMENT}cluster: []\n`, { field: 'cluster', message: 'must be a group of fields' }],
    [
      'a version that YAML reads as a number',
      `${ENVIRONMENT}cluster:\n  kubernetesVersion: 1.30\n`,
      { line: 7, column: 22, field: 'cluster.kubernetesVersion', message: 'must be in quotes: "1.30" (without them YAML reads 1.3)' },
    ],
    [
      'an unsupported Kubernetes version',
      `${ENVIRONMENT}cluster:\n  kubernetesVersion: "1.12"\n`,
      { line: 7, field: 'cluster.kubernetesVersion', allowed: expect.arrayContaining(['1.35']) },
    ],
    ['an address that is no range', ENVIRONMENT.replace('10.0.0.0/16', '10.0.0.0'), { line: 5, column: 9, field: 'network.cidr' }],
    ['a range with impossible numbers', ENVIRONMENT.replace('10.0.0.0/16', '10.0.999.0/16'), { field: 'network.cidr' }],
    [
      'a range with host bits',
      ENVIRONMENT.replace('10.0.0.0/16', '10.0.0.1/16'),
      { field: 'network.cidr', message: expect.stringContaining('host bits') },
    ],
    ['a range that is too small', ENVIRONMENT.replace('/16', '/21'), { field: 'network.cidr', message: 'must be between /16 and /20' }],
    ['a range that is too large', ENVIRONMENT.replace('/16', '/8'), { field: 'network.cidr', message: 'must be between /16 and /20' }],
    [
      'a public range',
      ENVIRONMENT.replace('10.0.0.0/16', '110.0.0.0/16'),
      { field: 'network.cidr', message: expect.stringContaining('private') },
    ],
    ['an IPv6 range', ENVIRONMENT.replace('10.0.0.0/16', 'fd00::/16'), { field: 'network.cidr' }],
    [
      'a hard environment without a range',
      ENVIRONMENT.replace(/network:\n.*\n/, ''),
      { field: 'network.cidr', message: expect.stringContaining('is missing') },
    ],
    [
      'a host of a hard environment',
      `${ENVIRONMENT}host: prod\n`,
      { line: 6, column: 1, field: 'host', message: expect.stringContaining('only a soft') },
    ],
    [
      'an account that is not listed',
      `${ENVIRONMENT}account: sandbx\n`,
      { line: 6, field: 'account', nearest: 'sandbox', allowed: ['sandbox'] },
    ],
    [
      'an account id instead of a name',
      `${ENVIRONMENT}account: 000000000000\n`,
      {
        field: 'account',
        message: '000000000000 is an id: write the name of the account',
        nearest: 'sandbox',
        allowed: ['sandbox'],
      },
    ],
    [
      'nodes with min above max',
      nodeGroup('min: 3, max: 2, desired: 2'),
      { line: 8, field: 'cluster.nodeGroups.default', message: 'must have min ≤ desired ≤ max' },
    ],
    [
      'a node group with a bad name',
      nodeGroup('min: 1, max: 2, desired: 2', 'Big_One'),
      { line: 8, column: 5, message: expect.stringContaining('the name must be') },
    ],
    [
      'a group without instance types',
      nodeGroup('min: 1, max: 2, desired: 1').replace('[t3.large]', '[]'),
      { message: 'must not be empty' },
    ],
    [
      'log days that AWS does not have',
      `${ENVIRONMENT}  flowLogRetentionDays: 8\n`,
      { field: 'network.flowLogRetentionDays', allowed: expect.arrayContaining(['7']) },
    ],
    [
      'a wildcard as administrator',
      `${ENVIRONMENT}keys:\n  administrators: ["*"]\n`,
      { line: 7, column: 20, field: 'keys.administrators[0]' },
    ],
    [
      'a partition that AWS does not have',
      `${ENVIRONMENT}keys:\n  administrators: ["arn:awsxme:iam::111122223333:role/admin"]\n`,
      { line: 7, field: 'keys.administrators[0]' },
    ],
    ['a tag that belongs to AWS', `${ENVIRONMENT}tags:\n  aws:x: y\n`, { line: 7, field: 'tags.aws:x' }],
    [
      'a terminal escape in the value of a tag',
      `${ENVIRONMENT}tags:\n  owner: "team\\e[31m"\n`,
      { line: 7, field: 'tags.owner', message: expect.stringContaining('may only have letters') },
    ],
    ['a terminal escape in the name of a tag', `${ENVIRONMENT}tags:\n  "own\\eer": a\n`, { line: 7 }],
    ['a line break in the value of a tag', `${ENVIRONMENT}tags:\n  owner: "a\\nb"\n`, { field: 'tags.owner' }],
    ['a tag value that is too long', `${ENVIRONMENT}tags:\n  owner: ${'a'.repeat(257)}\n`, { message: 'must have at most 256 characters' }],
    [
      'a field written twice',
      `${ENVIRONMENT}role: management\n`,
      { line: 6, column: 1, field: 'role', message: 'is written twice in the same place' },
    ],
    ['a field written twice further in', `${ENVIRONMENT}  cidr: 10.1.0.0/16\n`, { line: 6, column: 3, field: 'network.cidr' }],
    [
      'a prototype as field',
      `${ENVIRONMENT}__proto__:\n  protection: true\n`,
      { line: 6, field: '__proto__', message: 'this name is not allowed' },
    ],
    ['a constructor as field', `${ENVIRONMENT}  constructor: x\n`, { line: 6, field: 'network.constructor' }],
    [
      'an alias',
      `${ENVIRONMENT}tags: &t\n  a: b\nkeys: *t\n`,
      { line: 8, column: 7, field: 'keys', message: expect.stringContaining('*t') },
    ],
    ['a merge key', `${ENVIRONMENT}<<: { role: management }\n`, { line: 6, field: '<<' }],
    ['a tag', `${ENVIRONMENT}protection: !!js/function x\n`, { line: 6, message: expect.stringContaining('tags such as') }],
    ['a second document', `${ENVIRONMENT}---\nrole: x\n`, { line: 6, message: expect.stringContaining('only one document') }],
    ['a tab', ENVIRONMENT.replace('  cidr', '\tcidr'), { line: 5, message: expect.stringContaining('tabs') }],
    ['a bracket that never ends', `${ENVIRONMENT}tags: {a: b\n`, { message: expect.stringContaining('YAML') }],
    ['nothing at all', '', { line: 1, column: 1, field: '', message: expect.stringMatching(/^the file is empty/) }],
    ['nothing but a remark', '# later\n', { message: expect.stringMatching(/^the file is empty/) }],
    ['only text', 'hello\n', { line: 1, column: 1, field: '', message: 'must be a group of fields' }],
    ['fifty thousand brackets', '['.repeat(50_000), { line: 1, field: '', message: 'is nested too deeply' }],
    [
      'groups in groups in groups',
      `${ENVIRONMENT}tags: ${'{a: '.repeat(400)}b${'}'.repeat(400)}\n`,
      { line: 6, message: 'is nested too deeply' },
    ],
    ['groups so deep that the parser gives up', `${ENVIRONMENT}tags: ${'{a: '.repeat(5000)}`, { message: 'is nested too deeply' }],
    [
      'a number that no computer counts to',
      `${ENVIRONMENT}  zones: 1e400\n`,
      { line: 6, field: 'network.zones', message: 'must be a number' },
    ],
    ['a number with thirty digits', `${ENVIRONMENT}  zones: ${'9'.repeat(30)}\n`, { field: 'network.zones', message: 'must be at most 3' }],
    ['a NUL byte in a name', `${ENVIRONMENT}tags:\n  "a\\0b": c\n`, { line: 7 }],
    ['a raw NUL byte', ENVIRONMENT.replace('workload', 'work\0load'), { line: 3, field: 'role' }],
    ['a list as the name of a field', `${ENVIRONMENT}? [a, b]\n: c\n`, { line: 6, message: 'the name of a field must be text' }],
    [
      'more tags than AWS takes',
      `${ENVIRONMENT}tags:\n${fields(41)}`,
      { field: 'tags', message: expect.stringContaining('at most 40 tags') },
    ],
    ['ten megabytes', 'a'.repeat(10 * 1024 * 1024), { message: 'is larger than 1 MB' }],
    ['too much text', `# ${'x'.repeat(1024 * 1024)}\n`, { message: 'is larger than 1 MB' }],
  ]

  test.each(cases)('%s', async (_what, text, expected) => {
    const problems = await problemsOf(await repository({ [DEV]: text }))
    expect(problems).toContainEqual(expect.objectContaining({ file: DEV, ...expected }))
  })

  test('an anchor bomb is refused at once', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(', ')}]`)
    const started = performance.now()
    const problems = await problemsOf(await repository({ [DEV]: ['a0: &a0 lol', ...rows].join('\n') }))
    expect(problems[0]).toMatchObject({ file: DEV, line: 2, message: expect.stringContaining('aliases') as unknown })
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test.each([
    ['different fields', fields(20_000).replaceAll(/^ +/gm, ''), 'has more than 1000 entries'],
    ['the same field again', 'role: workload\n'.repeat(20_000), 'has more than 1000 entries'],
    ['entries of a list', `- a\n`.repeat(20_000), 'has more than 1000 entries'],
    ['tags', `tags:\n${fields(20_000)}`, 'has more than 1000 entries'],
    ['syntax errors', 'a: "b" c\n'.repeat(900), 'YAML'],
  ])('twenty thousand %s are refused at once', async (_what, text, message) => {
    const started = performance.now()
    const problems = await problemsOf(await repository({ [DEV]: text }))
    expect(problems[0]).toMatchObject({ file: DEV, message: expect.stringContaining(message) as unknown })
    expect(problems.length).toBeLessThan(30)
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('a pipe, which would never end, is not opened', async () => {
    const directory = await repository({ 'environments/.gitkeep': '' })
    await execProgram('mkfifo', [path.join(directory, DEV)])
    expect(await problemsOf(directory)).toMatchObject([{ file: DEV, message: 'is not a file' }])
  })

  test('a folder of environments that is a file', async () => {
    await expect(loadProject(await repository({ environments: '' }))).rejects.toMatchObject({
      code: 'NotARepository',
      next: [expect.stringContaining('must be a folder')],
    })
  })

  test('a folder of environments that leads outside the repository', async () => {
    const [outside, directory] = [await repository({ [DEV]: ENVIRONMENT }), await repository({})]
    await symlink(path.join(outside, 'environments'), path.join(directory, 'environments'))
    expect(await problemsOf(directory)).toMatchObject([{ file: DEV, message: 'is a link that leads outside the repository' }])
  })

  test('the own settings of a user: a pipe, bytes that are not UTF-8, ten megabytes', async () => {
    const directory = await repository({})
    const file = path.join(directory, 'home/platform/config.yaml')
    await mkdir(path.dirname(file), { recursive: true })
    const problem = async () => (await problemsOf(directory, { XDG_CONFIG_HOME: path.join(directory, 'home') }))[0]
    await execProgram('mkfifo', [file])
    expect(await problem()).toMatchObject({ file, message: 'is not a file' })
    await rm(file)
    await writeFile(file, Uint8Array.of(0xff))
    expect(await problem()).toMatchObject({ file, message: 'is not UTF-8 text' })
    await writeFile(file, 'a'.repeat(10 * 1024 * 1024))
    expect(await problem()).toMatchObject({ file, message: 'is larger than 1 MB' })
  })

  test('bytes that are not UTF-8', async () => {
    const problems = await problemsOf(await repository({ [DEV]: Uint8Array.of(0x6b, 0xff, 0xfe, 0x3a) }))
    expect(problems).toEqual([{ file: DEV, line: 1, column: 1, field: '', message: 'is not UTF-8 text' }])
  })

  test('a link that leads outside the repository', async () => {
    const outside = await repository({})
    const directory = await repository({})
    await mkdir(path.join(directory, 'environments'))
    await writeFile(path.join(outside, 'dev.yaml'), ENVIRONMENT)
    await symlink(path.join(outside, 'dev.yaml'), path.join(directory, DEV))
    expect(await problemsOf(directory)).toMatchObject([
      { file: DEV, message: expect.stringContaining('outside the repository') as unknown },
    ])
  })

  test('an account id is one problem, with or without quotes', async () => {
    const problems = await problemsOf(await repository({ [DEV]: `${ENVIRONMENT}account: "111111111111"\n` }))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ message: '111111111111 is an id: write the name of the account', allowed: ['sandbox'] })
  })

  test('a link to nowhere, or to itself', async () => {
    const directory = await repository({})
    await mkdir(path.join(directory, 'environments'))
    await symlink('gone.yaml', path.join(directory, DEV))
    await symlink('loop.yaml', path.join(directory, 'environments/loop.yaml'))
    expect(await problemsOf(directory)).toMatchObject([
      { file: DEV, message: 'is a link to a file that does not exist' },
      { file: 'environments/loop.yaml', message: 'is a link that leads back to itself' },
    ])
  })

  test('a folder with the name of a file', async () => {
    const directory = await repository({ 'environments/dev.yaml/x': '' })
    expect(await problemsOf(directory)).toMatchObject([{ file: DEV, message: 'is not a file' }])
  })

  test.each(['Dev.yaml', 'a.yaml', 'my--env.yaml', 'dev_1.yaml', 'dev-.yaml', 'dev.yml'])('a file called %s', async (name) => {
    expect(await problemsOf(await repository({ [`environments/${name}`]: ENVIRONMENT }))).toMatchObject([
      { file: `environments/${name}`, field: '' },
    ])
  })
})

describe('what is wrong in platform.yaml', () => {
  const cases: Array<[what: string, text: string, expected: Record<string, unknown>]> = [
    [
      'an account id that YAML reads as a number',
      PLATFORM.replace('"000000000000"', '012345678901'),
      { line: 8, column: 9, field: 'accounts.sandbox.id', message: expect.stringContaining('"012345678901"') },
    ],
    ['an account id that is too short', PLATFORM.replace('"000000000000"', '"12345"'), { field: 'accounts.sandbox.id' }],
    [
      'no accounts',
      PLATFORM.replace(/accounts:[^]*/, 'accounts: {}\n'),
      { line: 6, field: 'accounts', message: 'must name at least one account' },
    ],
    ['nothing at all', '', { line: 1, message: 'the file is empty: write the platform into it' }],
    ['the name aws', PLATFORM.replace('acme', 'aws'), { line: 3, field: 'name' }],
    ['a name with a double dash', PLATFORM.replace('acme', 'ac--me'), { line: 3, column: 7, field: 'name' }],
    [
      'a name too long for the state bucket',
      PLATFORM.replace('acme', 'a'.repeat(32)).replace('eu-west-1', 'ap-southeast-1'),
      { field: 'name', message: expect.stringContaining('at most 29') },
    ],
    ['an unknown target', PLATFORM.replace('target: sandbox', 'target: sandbx'), { field: 'target', nearest: 'sandbox' }],
    ['another file format', PLATFORM.replace('v1alpha1', 'v9'), { line: 1, field: 'apiVersion', message: 'must be platform/v1alpha1' }],
    ['the wrong kind', PLATFORM.replace('kind: Platform', 'kind: Environment'), { line: 2, field: 'kind', message: 'must be Platform' }],
    ['more tags than AWS takes', `${PLATFORM}tags:\n${fields(41)}`, { field: 'tags', message: 'must have at most 40 tags' }],
    ['a role that is none', `${PLATFORM}    role: admin\n`, { line: 9, field: 'accounts.sandbox.role' }],
  ]

  test.each(cases)('%s', async (_what, text, expected) => {
    const problems = await problemsOf(await repository({ 'platform.yaml': text }))
    expect(problems).toContainEqual(expect.objectContaining({ file: 'platform.yaml', ...expected }))
  })
})

describe('what does not fit together', () => {
  test('all problems of all files come at once, in order', async () => {
    const directory = await repository({
      'platform.yaml': PLATFORM.replace('sandbox\n', 'moon\n'),
      [DEV]: ENVIRONMENT.replace('workload', 'boss').replace('/16', '/33'),
      'environments/prod.yaml': `${ENVIRONMENT}account: nobody\n`,
    })
    const places = (await problemsOf(directory)).map(({ file, field }) => `${file} ${field}`)
    expect(places).toEqual([`${DEV} role`, `${DEV} network.cidr`, 'environments/prod.yaml account', 'platform.yaml target'])
  })

  test('overlapping networks: every pair, with both files', async () => {
    const directory = await repository({
      [DEV]: ENVIRONMENT,
      'environments/prod.yaml': ENVIRONMENT.replace('10.0.0.0/16', '10.0.64.0/20'),
      'environments/test.yaml': ENVIRONMENT.replace('10.0.0.0/16', '10.0.0.0/17'),
    })
    const problems = await problemsOf(directory)
    expect(problems.map(({ file, line, field, message }) => `${file}:${line} ${field} ${message}`)).toEqual([
      'environments/prod.yaml:5 network.cidr 10.0.64.0/20 overlaps 10.0.0.0/16 of environments/dev.yaml:5',
      'environments/test.yaml:5 network.cidr 10.0.0.0/17 overlaps 10.0.0.0/16 of environments/dev.yaml:5',
      'environments/test.yaml:5 network.cidr 10.0.0.0/17 overlaps 10.0.64.0/20 of environments/prod.yaml:5',
    ])
  })

  test('an account must be named when there are several', async () => {
    const directory = await repository({ 'platform.yaml': twoAccounts, [DEV]: ENVIRONMENT })
    expect(await problemsOf(directory)).toMatchObject([{ file: DEV, field: 'account', allowed: ['tools', 'sandbox'] }])
    expect((await loadProject(directory, { env: { PLATFORM_ACCOUNT: 'tools' } })).environments.get('dev')?.account.id).toBe('111111111111')
  })

  test('an account that a variable names must be one of the platform', async () => {
    const directory = await repository({ 'platform.yaml': twoAccounts, [DEV]: `${ENVIRONMENT}account: tools\n` })
    await expect(loadProject(directory, { env: { PLATFORM_ACCOUNT: 'sandbx' } })).rejects.toMatchObject({
      code: 'BadFlag',
      exitCode: 64,
      reason: 'PLATFORM_ACCOUNT=sandbx: is not in accounts of platform.yaml (allowed: tools, sandbox; did you mean sandbox?)',
    })
    await expect(loadProject(await repository({}), { env: { PLATFORM_ACCOUNT: 'zzz' } })).rejects.toMatchObject({ code: 'BadFlag' })
  })

  const soft = 'apiVersion: platform/v1alpha1\nkind: Environment\nrole: workload\nisolation: soft\n'
  const softCases: Array<[what: string, text: string, expected: Record<string, unknown>]> = [
    ['no host', soft, { field: 'host', message: expect.stringContaining('is missing'), allowed: ['dev'] }],
    ['a host that does not exist', `${soft}host: deb\n`, { line: 5, column: 7, field: 'host', nearest: 'dev' }],
    ['itself as host', `${soft}host: alpha\n`, { field: 'host', message: expect.stringContaining('is soft itself') }],
    ['a network of its own', `${soft}host: dev\nnetwork:\n  cidr: 10.9.0.0/16\n`, { line: 6, column: 1, field: 'network' }],
    ['the role management', `${soft.replace('workload', 'management')}host: dev\n`, { line: 3, field: 'role' }],
  ]
  test.each(softCases)('a soft environment with %s', async (_what, text, expected) => {
    const problems = await problemsOf(await repository({ [DEV]: ENVIRONMENT, 'environments/alpha.yaml': text }))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ file: 'environments/alpha.yaml', ...expected })
  })
})

function nodeGroup(sizes: string, name = 'default'): string {
  return `${ENVIRONMENT}cluster:\n  nodeGroups:\n    ${name}: { instanceTypes: [t3.large], ${sizes} }\n`
}

function fields(count: number): string {
  return Array.from({ length: count }, (_, index) => `  k${index}: v\n`).join('')
}
