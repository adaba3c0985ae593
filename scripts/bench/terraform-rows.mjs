// Rows of the bench that run Terraform: platform beside bare Terraform, on the same root modules and the same local AWS.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { clearInterval, setInterval } from 'node:timers'
import { median, row } from './table.mjs'

const FLEET = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']
const MEMORY_LIMIT_MB = 4096

/** @param bench `{ bin, env, scratch, runs }`: the program, its environment, a folder to work in, how often to measure. */
export function terraformRows({ bin, env, scratch, runs }) {
  const repositories = []
  let acme

  return { created, unchanged, fleet, drift, repository: () => (acme ??= repository('acme', ['dev'])), stop }

  /** A new environment, each side in a local AWS of its own. */
  async function created() {
    const ours = []
    const bare = []
    for (let run = 1; run <= runs; run += 1) {
      const there = await repository(`bare${run}`, ['dev'])
      // Writes the root module and the state bucket, which the bare side gets too.
      await platform(there, ['env', 'plan', 'dev'], [0, 2])
      const copy = withoutRuns(there, 'dev')
      const here = await repository(`ours${run}`, ['dev'])
      const measureBare = async () =>
        bare.push(await terraform(there, copy, 'init -input=false', 'plan -input=false -out=it', 'apply -input=false it'))
      const measureOurs = async () => ours.push(await platform(here, ['env', 'create', 'dev', '--yes']))
      for (const measure of run % 2 === 1 ? [measureBare, measureOurs] : [measureOurs, measureBare]) await measure()
      for (const directory of [here, there]) down(directory)
    }
    return ratios('env create, new', ours, bare, { than: 'terraform init, plan -out, apply', limit: 1.05 })
  }

  /** An environment that is as its file says. */
  async function unchanged() {
    const cwd = await (acme ??= repository('acme', ['dev']))
    await platform(cwd, ['env', 'create', 'dev', '--yes'])
    const ours = []
    const bare = []
    for (let run = 0; run < runs; run += 1) {
      bare.push(await terraform(cwd, path.join(cwd, 'infra/environments/dev'), 'plan -input=false'))
      ours.push(await platform(cwd, ['env', 'create', 'dev', '--yes']))
    }
    return ratios('env create, unchanged', ours, bare, { than: 'terraform plan', limit: 1.15 })
  }

  /** Eight new environments at once, and one after another. */
  async function fleet() {
    const cwd = await repository('fleet', FLEET)
    // Writes the root modules and the state bucket.
    await platform(cwd, ['env', 'plan', '--all', '--json'], [0, 2])
    const folders = FLEET.map((name) => path.join(cwd, 'infra/environments', name))
    const forget = () => folders.forEach((folder) => rmSync(path.join(folder, '.terraform'), { recursive: true, force: true }))
    const ours = []
    const bare = []
    for (let run = 0; run < runs; run += 1) {
      forget()
      const times = []
      for (const folder of folders) times.push(await terraform(cwd, folder, 'init -input=false', 'plan -input=false'))
      bare.push({ wall: sum(times, 'wall'), cpu: sum(times, 'cpu') })
      forget()
      ours.push(await platform(cwd, ['env', 'plan', '--all', '--json'], [0, 2]))
    }
    // In a run of its own: to look at the memory of so many processes takes time from them.
    forget()
    const { memory } = await measured(process.execPath, [bin, 'env', 'plan', '--all', '--json'], { cwd }, [0, 2], { samplesMemory: true })
    const rows = ratios('env plan --all, 8 environments', ours, bare, { than: '8 × terraform init, plan', limit: 0.6 })
    const peak = { unit: 'MB', ours: memory, peer: 0, than: 'its own peak', result: memory, limit: MEMORY_LIMIT_MB, kind: 'difference' }
    return [...rows, row('memory of env plan --all', peak)]
  }

  /** Whether eight environments still are as they were left, at once, and one after another in folders that are initialised. */
  async function drift() {
    const cwd = await repository('drift', FLEET)
    await platform(cwd, ['env', 'apply', '--all', '--yes', '--json'])
    const folders = FLEET.map((name) => path.join(cwd, 'infra/environments', name))
    const ours = []
    const bare = []
    for (let run = 0; run < runs; run += 1) {
      const times = []
      for (const folder of folders) times.push(await terraform(cwd, folder, 'plan -input=false -detailed-exitcode'))
      bare.push({ wall: sum(times, 'wall'), cpu: sum(times, 'cpu') })
      ours.push(await platform(cwd, ['env', 'drift', '--all', '--json']))
    }
    return ratios('env drift --all, 8 environments', ours, bare, { than: '8 × terraform plan -detailed-exitcode', limit: 0.6 })
  }

  /** Stops every local AWS that was started, also after a failure. */
  function stop() {
    for (const directory of repositories) down(directory)
  }

  function down(directory) {
    if (existsSync(directory)) spawnSync(process.execPath, [bin, 'sandbox', 'down'], { cwd: directory, env })
  }

  async function repository(folder, names) {
    const cwd = path.join(scratch, folder)
    mkdirSync(cwd)
    await measured(process.execPath, [bin, 'init', 'acme', '--target', 'sandbox', '--yes'], { cwd })
    const directory = path.join(cwd, 'acme')
    repositories.push(directory)
    const file = path.join(directory, 'platform.yaml')
    // What environments share would be one more root, on one side only.
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^shared:$/m, 'shared:\n  enabled: false'))
    mkdirSync(path.join(directory, 'environments'), { recursive: true })
    names.forEach((name, index) => writeFileSync(path.join(directory, 'environments', `${name}.yaml`), environment(index)))
    await measured(process.execPath, [bin, 'sandbox', 'up'], { cwd: directory })
    return directory
  }

  function platform(cwd, args, codes) {
    return measured(process.execPath, [bin, ...args], { cwd }, codes)
  }

  /** Terraform as a user calls it, with the variables that the sandbox tells and the provider mirror that platform uses. */
  function terraform(repositoryFolder, cwd, ...calls) {
    const text = spawnSync(process.execPath, [bin, 'sandbox', 'env'], { cwd: repositoryFolder, env, encoding: 'utf8' }).stdout
    const config = path.join(env.XDG_CACHE_HOME ?? path.join(env.HOME, '.cache'), 'platform', 'terraform')
    const [mirror] = existsSync(config) ? readdirSync(config).filter((name) => name.endsWith('.tfrc.json')) : []
    const variables = mirror === undefined ? '' : `export TF_CLI_CONFIG_FILE='${path.join(config, mirror)}'\n`
    return measured('bash', ['-c', `${text}\n${variables}${calls.map((call) => `terraform ${call}`).join(' && ')}`], { cwd })
  }

  function withoutRuns(directory, name) {
    const copy = path.join(path.dirname(directory), 'bare')
    cpSync(path.join(directory, 'infra'), path.join(copy, 'infra'), {
      recursive: true,
      filter: (source) => path.basename(source) !== '.terraform',
    })
    return path.join(copy, 'infra/environments', name)
  }

  /** Wall and CPU seconds of a program and what it waits for, and, when asked for, the most memory that they took together. */
  function measured(file, args, options, codes = [0], { samplesMemory = false } = {}) {
    const startedAt = performance.now()
    return new Promise((resolve, reject) => {
      const script = 'TIMEFORMAT="%3U %3S"; time "$@"'
      const child = spawn('bash', ['-c', script, 'bash', file, ...args], { env, ...options, stdio: ['ignore', 'ignore', 'pipe'] })
      let text = ''
      let memory = 0
      const sample = () => (memory = Math.max(memory, memoryOf(child.pid)))
      const sampling = samplesMemory ? setInterval(sample, 250) : undefined
      child.stderr.on('data', (chunk) => (text += chunk))
      child.on('error', reject)
      child.on('close', (code) => {
        clearInterval(sampling)
        const [user, system] = text.trim().split('\n').at(-1).split(' ').map(Number)
        if (codes.includes(code)) resolve({ wall: (performance.now() - startedAt) / 1000, cpu: user + system, memory })
        else reject(new Error(`${[file, ...args].join(' ')} ended with exit code ${code}:\n${text.slice(-2000)}`))
      })
    })
  }
}

function environment(index) {
  const lines = ['apiVersion: platform/v1alpha1', 'kind: Environment', 'role: workload', 'preset: small', 'account: sandbox']
  return `${[...lines, 'network:', `  cidr: 10.${index}.0.0/16`].join('\n')}\n`
}

/** What decides is the time that passes; CPU time tells the same on a machine that others use too. */
function ratios(figure, ours, bare, { than, limit }) {
  const [wall, cpu] = ['wall', 'cpu'].map((kind) => {
    const numbers = { ours: median(ours.map((each) => each[kind])), peer: median(bare.map((each) => each[kind])) }
    return { ...numbers, than, result: numbers.ours / numbers.peer, kind: 'ratio' }
  })
  return [row(figure, { ...wall, unit: 's', limit }), row(figure, { ...cpu, unit: 'CPU s' })]
}

function sum(times, kind) {
  return times.reduce((total, each) => total + each[kind], 0)
}

/** Memory of a process and its descendants in MB; pages that they share are counted once. 0 where there is no /proc. */
function memoryOf(pid) {
  const parents = new Map()
  for (const name of existsSync('/proc') ? readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)) : []) {
    const parent = /^PPid:\s+(\d+)/m.exec(read(`/proc/${name}/status`))?.[1]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  const tree = new Set([pid])
  for (let size = 0; size !== tree.size;) {
    size = tree.size
    for (const [child, parent] of parents) if (tree.has(parent)) tree.add(child)
  }
  const kilobytes = [...tree].map((each) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${each}/smaps_rollup`))?.[1] ?? 0))
  return kilobytes.reduce((total, each) => total + each, 0) / 1024
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // It has ended.
  }
}
