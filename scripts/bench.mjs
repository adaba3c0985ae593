// Measures how fast platform is beside its peers, in one run on one machine: npm run bench.
//   node scripts/bench.mjs                              everything
//   node scripts/bench.mjs --rows version,unchanged --runs 3 --json
// Start-up is the CPU time (user and system) of the program and what it waits for, as bash counts it; Terraform is wall time.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { root } from './run-tool.mjs'

const bin = path.join(root, 'bin', 'run.js')
const { values } = parseArgs({ options: { rows: { type: 'string' }, runs: { type: 'string', default: '10' }, json: { type: 'boolean' } } })
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: is not a whole number above 0.`)

// Node reads this file at every start (28 ms), which is not the doing of a program.
const env = { ...process.env }
delete env.NODE_EXTRA_CA_CERTS
const scratch = mkdtempSync(path.join(tmpdir(), 'platform-bench-'))
const repositories = []

const measures = {
  version: () => startUp('platform --version', ['--version'], 15),
  help: () => startUp('platform --help', ['--help'], 60),
  nothing: () => startUp('a command that does nothing (completion bash)', ['completion', 'bash'], 60),
  peers: () => ['terraform version', 'kubectl version --client', 'aws --version'].map(peer).filter(Boolean),
  unchanged: unchangedBesidePlan,
}
const chosen = values.rows?.split(',') ?? Object.keys(measures)
const unknown = chosen.filter((name) => !(name in measures))
if (unknown.length > 0) throw new Error(`--rows ${unknown.join(',')}: is not one of ${Object.keys(measures).join(', ')}.`)

try {
  const rows = []
  for (const name of chosen) rows.push(...[await measures[name]()].flat())
  if (values.json) console.log(JSON.stringify({ node: process.version, platform: process.platform, runs, rows }, null, 2))
  else console.table(rows)
  if (rows.some(({ ok }) => ok === false)) process.exitCode = 1
} finally {
  for (const directory of repositories) spawnSync(process.execPath, [bin, 'sandbox', 'down'], { cwd: directory, env })
  rmSync(scratch, { recursive: true, force: true })
}

/** One of each in turn, so that a busy moment meets both. */
function startUp(figure, args, limit) {
  const ours = []
  const bare = []
  for (let run = 0; run < runs; run += 1) {
    bare.push(cpuTime([process.execPath, '-e', '0']))
    ours.push(cpuTime([process.execPath, bin, ...args]))
  }
  const result = median(ours) - median(bare)
  return row(figure, { unit: 'CPU ms', ours: median(ours), peer: median(bare), than: 'node -e 0', result, limit, kind: 'difference' })
}

function peer(command) {
  const words = command.split(' ')
  if (spawnSync(words[0], words.slice(1), { env }).error) return undefined
  const times = Array.from({ length: runs }, () => cpuTime(words))
  return { figure: command, unit: 'CPU ms', ours: '', peer: round(median(times)), than: '', result: '', limit: '', ok: '' }
}

/** The reserved word `time` of bash counts the children that were waited for, on every system that has bash. */
function cpuTime(words) {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>&1'
  const { stderr, status } = spawnSync('bash', ['-c', script, 'bash', ...words], { cwd: scratch, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${words.join(' ')} ended with exit code ${status}.`)
  const [user, system] = stderr.trim().split(' ').map(Number)
  return (user + system) * 1000
}

/** An environment that is as its file says, by platform and by a bare plan of the same root module in the same sandbox. */
async function unchangedBesidePlan() {
  const cwd = await repository('acme')
  const platform = (...args) => seconds(process.execPath, [bin, ...args], { cwd })
  await platform('env', 'create', 'dev', '--yes')
  const sandbox = spawnSync(process.execPath, [bin, 'sandbox', 'env'], { cwd, env, encoding: 'utf8' }).stdout
  const ours = []
  const bare = []
  for (let run = 0; run < Math.min(runs, 5); run += 1) {
    bare.push(await seconds('sh', ['-c', `${sandbox}\nexec terraform -chdir=infra/environments/dev plan -input=false`], { cwd }))
    ours.push(await platform('env', 'create', 'dev', '--yes'))
  }
  const result = median(ours) / median(bare)
  const measured = { unit: 's', ours: median(ours), peer: median(bare), than: 'terraform plan', result, limit: 1.15, kind: 'ratio' }
  return row('env create, unchanged', measured)
}

async function repository(name) {
  const directory = path.join(scratch, name)
  await seconds(process.execPath, [bin, 'init', name, '--target', 'sandbox', '--yes'], { cwd: scratch })
  if (!existsSync(directory)) throw new Error(`platform init made no ${directory}.`)
  repositories.push(directory)
  return directory
}

function seconds(file, args, options) {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, ...options, stdio: ['ignore', 'ignore', 'pipe'] })
    let text = ''
    child.stderr.on('data', (chunk) => (text += chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve((performance.now() - startedAt) / 1000)
      else reject(new Error(`${[file, ...args].join(' ')} ended with exit code ${code}:\n${text.slice(-2000)}`))
    })
  })
}

function row(figure, { unit, ours, peer, than, result, limit, kind }) {
  const sign = kind === 'ratio' ? '× ' : '+ '
  return {
    figure,
    unit,
    ours: round(ours),
    peer: round(peer),
    than,
    result: sign + round(result),
    limit: sign + limit,
    ok: result <= limit,
  }
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function round(number) {
  return Math.round(number * 100) / 100
}
