// What the demos share: a new repository in a temporary folder, and commands that are shown and run as a person would.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the package. */
export const root = fileURLToPath(new URL('..', import.meta.url))
/** The program itself. */
export const bin = path.join(root, 'bin', 'run.js')

/**
 * Builds platform where that was not done, and makes a temporary folder.
 * @returns where it is, and where the repository `acme` will be
 */
export function prepare() {
  if (!existsSync(path.join(root, 'dist'))) {
    console.log('Building platform …')
    spawnSync(process.execPath, [path.join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' })
  }
  const parent = mkdtempSync(path.join(tmpdir(), 'platform-demo-'))
  return { parent, repository: path.join(parent, 'acme') }
}

/** Shows a command of platform and runs it. Ends the demo where it does not end with the exit code that is expected. */
export function platform(directory, args, expected = 0) {
  show(`platform ${args.join(' ')}`)
  const { status } = spawnSync(process.execPath, [bin, ...args], { cwd: directory, stdio: 'inherit' })
  if (status === expected) {
    if (expected !== 0) console.log(`(exit code ${expected})`)
    return
  }
  stop(`"platform ${args.join(' ')}" ended with exit code ${status}, not ${expected}. The repository is ${directory}`)
}

/** What a command of platform answers with `--json`. Not shown. */
export function ask(directory, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args, '--json'], { cwd: directory, encoding: 'utf8' })
  if (status !== 0) stop(`"platform ${args.join(' ')}" ended with exit code ${status}: ${stderr}`)
  return JSON.parse(stdout)
}

/** Shows another program and runs it. */
export function run(directory, program, args, label = program) {
  show(`${label} ${args.join(' ')}`)
  const { status } = spawnSync(program, args, { cwd: directory, stdio: 'inherit' })
  if (status !== 0) stop(`"${label} ${args.join(' ')}" ended with exit code ${status}. The repository is ${directory}`)
}

/** A line that a person would type. */
export function show(line) {
  console.log(`\n$ ${line}`)
}

/** Says what the next commands are for. */
export function say(text) {
  console.log(`\n# ${text}`)
}

function stop(why) {
  console.log(`\nThe demo stopped: ${why}`)
  process.exit(1)
}
