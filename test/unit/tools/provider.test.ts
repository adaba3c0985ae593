import { chmod, mkdir, readFile, readlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { awsProvider } from '../../../src/lib/tools/catalogue.js'
import { writeCliConfig } from '../../../src/lib/tools/cli-config.js'
import { thisMachine } from '../../../src/lib/tools/machine.js'
import { ensureProviderMirror } from '../../../src/lib/tools/provider-install.js'
import { findProvider, findProviderMirror } from '../../../src/lib/tools/provider-mirror.js'
import { createWorkbench, downloadFrom, serve, serveFiles, sha256, zipOf, type Site, type Workbench } from './workbench.js'

const machine = thisMachine()
const target = `${machine.os}_${machine.arch}`

let bench: Workbench
let site: Site | undefined
beforeEach(async () => {
  // Folders of this machine must not decide: /opt is looked into last, so every test puts its copy into an earlier place.
  bench = await createWorkbench({ XDG_DATA_DIRS: '/nonexistent' })
})
afterEach(async () => {
  await site?.close()
  site = undefined
  await bench.dispose()
})

async function unpackedCopy(mirror: string, version = '5.100.0', host = 'registry.terraform.io'): Promise<string> {
  const folder = path.join(mirror, host, 'hashicorp', 'aws', version, target)
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, `terraform-provider-aws_v${version}_x5`), '')
  return folder
}

async function packedCopy(mirror: string, version = '5.100.0'): Promise<string> {
  const folder = path.join(mirror, 'registry.terraform.io', 'hashicorp', 'aws')
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, `terraform-provider-aws_${version}_${target}.zip`)
  await writeFile(file, '')
  return file
}

describe('finding a provider mirror', () => {
  test('the variable wins over the setting, and the setting over every usual place', async () => {
    const [usual, setting, variable] = [
      path.join(bench.folder, '.terraform.d', 'plugins'),
      path.join(bench.folder, 'a'),
      path.join(bench.folder, 'b'),
    ]
    await Promise.all([usual, setting, variable].map(async (mirror) => unpackedCopy(mirror)))
    expect(await findProviderMirror(bench.ports)).toBe(usual)
    expect(await findProviderMirror(bench.ports, { setting })).toBe(setting)
    expect(await findProviderMirror(bench.ports, { setting: 'a', directory: bench.folder })).toBe(setting)
    expect(await findProviderMirror({ env: { ...bench.ports.env, PLATFORM_PROVIDER_MIRROR: variable } }, { setting })).toBe(variable)
  })

  test('a setting that leads nowhere is an error, not a reason to look elsewhere', async () => {
    await unpackedCopy(path.join(bench.folder, '.terraform.d', 'plugins'))
    await expect(findProviderMirror(bench.ports, { setting: bench.folder })).rejects.toMatchObject({
      code: 'ProviderMissing',
      reason: expect.stringContaining(`registry.terraform.io/hashicorp/aws/VERSION/${target}`) as string,
    })
  })

  test("reads the mirror out of the user's own Terraform configuration", async () => {
    const mirror = path.join(bench.folder, 'own')
    await unpackedCopy(mirror)
    const file = path.join(bench.folder, 'terraform.rc')
    await writeFile(file, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`)
    expect(await findProviderMirror({ env: { ...bench.ports.env, TF_CLI_CONFIG_FILE: file } })).toBe(mirror)
    // The file that the variable names need not exist.
    await unpackedCopy(path.join(bench.folder, '.local', 'share', 'terraform', 'plugins'))
    const env = { ...bench.ports.env, TF_CLI_CONFIG_FILE: '/nonexistent/terraform.rc' }
    expect(await findProviderMirror({ env })).toBe(path.join(bench.folder, '.local', 'share', 'terraform', 'plugins'))
  })

  test('prefers an unpacked copy, wherever it lies, over a zip', async () => {
    const packed = path.join(bench.folder, '.terraform.d', 'plugins')
    await packedCopy(packed)
    expect(await findProvider(bench.ports, { setting: packed })).toMatchObject({ unpacked: false, version: '5.100.0' })
    const unpacked = path.join(bench.cache, 'providers')
    await unpackedCopy(unpacked)
    expect(await findProviderMirror(bench.ports)).toBe(unpacked)
  })

  test('takes only versions of the range, for this machine, that hold a program', async () => {
    const mirror = path.join(bench.folder, 'm')
    await unpackedCopy(mirror, '4.67.0')
    await mkdir(path.join(mirror, 'registry.terraform.io', 'hashicorp', 'aws', '5.101.0', target), { recursive: true })
    await mkdir(path.join(mirror, 'registry.terraform.io', 'hashicorp', 'aws', '5.102.0', 'plan9_mips'), { recursive: true })
    await expect(findProvider(bench.ports, { setting: mirror })).rejects.toMatchObject({ code: 'ProviderMissing' })
    await unpackedCopy(mirror, '5.100.0')
    await unpackedCopy(mirror, '6.1.0')
    expect((await findProvider(bench.ports, { setting: mirror }))?.version).toBe('6.1.0')
    expect((await findProvider(bench.ports, { setting: mirror, versionRange: '~5.100.0' }))?.version).toBe('5.100.0')
  })

  test('for OpenTofu links a copy that was made for Terraform, and follows it when it moves', async () => {
    const [first, second] = [path.join(bench.folder, 'a'), path.join(bench.folder, 'b')]
    for (const mirror of [first, second]) {
      const copy = await unpackedCopy(mirror)
      const made = await findProviderMirror(bench.ports, { setting: mirror, binary: 'tofu' })
      expect(made).toBe(path.join(bench.cache, 'providers-opentofu'))
      expect(await readlink(path.join(made ?? '', 'registry.opentofu.org', 'hashicorp', 'aws', '5.100.0', target))).toBe(copy)
    }
    const own = path.join(bench.folder, 'own')
    await unpackedCopy(own, '5.100.0', 'registry.opentofu.org')
    expect(await findProviderMirror(bench.ports, { setting: own, binary: 'tofu' })).toBe(own)
  })
})

describe('the Terraform CLI configuration', () => {
  test('takes what the mirror has from there and all else from its registry', async () => {
    const mirror = path.join(bench.folder, 'a "quoted" ${mirror}')
    await unpackedCopy(mirror)
    const file = await writeCliConfig(bench.ports, { mirror })
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      disable_checkpoint: true,
      provider_installation: [
        {
          filesystem_mirror: [{ path: mirror, include: ['registry.terraform.io/hashicorp/aws'] }],
          direct: [{ exclude: ['registry.terraform.io/hashicorp/aws'] }],
        },
      ],
    })
  })

  test('has a name that depends on its content, so that no running Terraform sees it change', async () => {
    const [a, b] = [path.join(bench.folder, 'a'), path.join(bench.folder, 'b')]
    const names = [
      await writeCliConfig(bench.ports, { mirror: a }),
      await writeCliConfig(bench.ports, { mirror: a }),
      await writeCliConfig(bench.ports, { mirror: b }),
    ]
    expect(names[0]).toBe(names[1])
    expect(names[0]).not.toBe(names[2])
    expect(JSON.parse(await readFile(await writeCliConfig(bench.ports, {}), 'utf8'))).toEqual({ disable_checkpoint: true })
  })
})

describe('fetching the provider', () => {
  // The machine of the test may have the provider: a version that nobody has keeps the search out of the way until the cache is filled.
  const elsewhere = { os: 'testos', arch: 'testarch' }
  const archive = zipOf([{ name: `terraform-provider-aws_v${awsProvider.version}_x5`, content: 'provider', mode: 0o100644 }])

  test('fills the cache once, unpacked, from the checked release', async () => {
    site = await serveFiles({ '/p.zip': archive, '/SHA256SUMS': `${sha256(archive)}  p.zip\n` })
    const options = { machine: elsewhere, recipe: downloadFrom(site, 'p.zip') }
    const mirrors = await Promise.all([ensureProviderMirror(bench.ports, options), ensureProviderMirror(bench.ports, options)])
    expect(mirrors).toEqual([path.join(bench.cache, 'providers'), path.join(bench.cache, 'providers')])
    expect(site.requests.filter((url) => url === '/p.zip')).toHaveLength(1)
    const program = path.join(
      mirrors[0],
      'registry.terraform.io',
      'hashicorp',
      'aws',
      awsProvider.version,
      'testos_testarch',
      `terraform-provider-aws_v${awsProvider.version}_x5`,
    )
    expect(await readFile(program, 'utf8')).toBe('provider')
    await chmod(program, 0o755)
  })

  test("falls back to Terraform's own download, told to fail fast", async () => {
    site = await serve((_request, response) => response.writeHead(403).end())
    await writeFile(path.join(bench.folder, 'made.zip'), archive)
    const terraformPath = await bench.program(
      'my-terraform',
      'grep -q \'"version": "5.100.0"\' main.tf.json || exit 3',
      '[ "$TF_REGISTRY_CLIENT_TIMEOUT" = 2 ] || exit 4',
      'mkdir -p "$4/registry.terraform.io/hashicorp/aws"',
      `cp "${path.join(bench.folder, 'made.zip')}" "$4/registry.terraform.io/hashicorp/aws/terraform-provider-aws_5.100.0_testos_testarch.zip"`,
    )
    // Arguments: providers mirror -platform=… FOLDER
    const mirror = await ensureProviderMirror(bench.ports, { machine: elsewhere, recipe: downloadFrom(site, 'p.zip'), terraformPath })
    expect(await findProvider(bench.ports, { setting: mirror, machine: elsewhere })).toMatchObject({ unpacked: true, version: '5.100.0' })
  })

  test('that leads nowhere tells every way and what to do', async () => {
    site = await serve((_request, response) => response.writeHead(403).end())
    const terraformPath = await bench.program(
      'my-terraform',
      `printf '╷\\n│ \\033[31mError: \\033[0mNot available\\n│ \\n│ no route\\n│ to the registry.\\n╵\\n╷\\n│ Error: Another\\n╵\\n' >&2`,
      'exit 1',
    )
    await expect(
      ensureProviderMirror(bench.ports, { machine: elsewhere, recipe: downloadFrom(site, 'p.zip'), terraformPath }),
    ).rejects.toMatchObject({
      code: 'ProviderMissing',
      reason: expect.stringMatching(/403[\s\S]*terraform providers mirror: Error: Not available no route to the registry\.$/) as string,
      next: expect.arrayContaining([expect.stringContaining('terraform.providerMirror')]) as string[],
    })
  })
})
