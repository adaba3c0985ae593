// Measures how fast platform is beside its peers, in one run on one machine: npm run bench.
//   node scripts/bench.mjs                              everything
//   node scripts/bench.mjs --rows version,unchanged --runs 3 --json
// Start-up is the CPU time (user and system) of the program and what it waits for, as bash counts it; Terraform is wall time.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { median, round, row } from './bench/table.mjs'
import { terraformRows } from './bench/terraform-rows.mjs'
import { root } from './run-tool.mjs'

const bin = path.join(root, 'bin', 'run.js')
const { values } = parseArgs({ options: { rows: { type: 'string' }, runs: { type: 'string', default: '10' }, json: { type: 'boolean' } } })
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: is not a whole number above 0.`)

// Node reads this file at every start (28 ms), which is not the doing of a program.
const env = { ...process.env }
delete env.NODE_EXTRA_CA_CERTS
const scratch = mkdtempSync(path.join(tmpdir(), 'platform-bench-'))
const TOKEN = ['cluster', 'token', '--cluster', 'acme-dev', '--region', 'eu-west-1']
Object.assign(env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })
delete env.AWS_PROFILE
const forgetTokens = () =>
  rmSync(path.join(env.XDG_CACHE_HOME ?? path.join(env.HOME, '.cache'), 'platform', 'tokens'), { recursive: true, force: true })
const terraform = terraformRows({ bin, env, scratch, runs: Math.min(runs, 3) })

const measures = {
  version: () => startUp('platform --version', ['--version'], 15),
  help: () => startUp('platform --help', ['--help'], 60),
  nothing: () => startUp('a command that does nothing (completion bash)', ['completion', 'bash'], 60),
  aws: async () => startUp('a command with one AWS client (state history)', ['state', 'history', 'dev'], 100, await terraform.repository()),
  token: () => [
    startUp('cluster token, signed', TOKEN, 100, scratch, forgetTokens),
    // As long as `--version`, and a file to read.
    startUp('cluster token, from the cache', TOKEN, 25),
  ],
  peers: () => ['terraform version', 'kubectl version --client', 'aws --version'].map(peer).filter(Boolean),
  create: terraform.created,
  unchanged: terraform.unchanged,
  fleet: terraform.fleet,
  drift: terraform.drift,
}
const chosen = values.rows?.split(',') ?? Object.keys(measures)
const unknown = chosen.filter((name) => !(name in measures))
if (unknown.length > 0) throw new Error(`--rows ${unknown.join(',')}: is not one of ${Object.keys(measures).join(', ')}.`)

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => {
    cleanUp()
    process.exit(code)
  })
}

try {
  const rows = []
  for (const name of chosen) rows.push(...[await measures[name]()].flat())
  if (values.json) console.log(JSON.stringify({ node: process.version, platform: process.platform, runs, rows }, null, 2))
  else console.table(rows)
  if (rows.some(({ ok }) => ok === false)) process.exitCode = 1
} finally {
  cleanUp()
}

function cleanUp() {
  terraform.stop()
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
}

/** One of each in turn, so that a busy moment meets both. */
function startUp(figure, args, limit, cwd = scratch, before = () => undefined) {
  const ours = []
  const bare = []
  for (let run = 0; run < runs; run += 1) {
    bare.push(cpuTime([process.execPath, '-e', '0']))
    before()
    ours.push(cpuTime([process.execPath, bin, ...args], cwd))
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
function cpuTime(words, cwd = scratch) {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>&1'
  const { stderr, status } = spawnSync('bash', ['-c', script, 'bash', ...words], { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${words.join(' ')} ended with exit code ${status}.`)
  const [user, system] = stderr.trim().split(' ').map(Number)
  return (user + system) * 1000
}
