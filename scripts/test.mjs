// Runs every check and every test, and ends with one plain line: N passed, N failed.
//   node scripts/test.mjs                 everything but the slow tests
//   node scripts/test.mjs full            the slow tests: resources that take a minute and more
//   node scripts/test.mjs gates unit      these parts only (gates, unit, e2e, full)
//   node scripts/test.mjs test/unit/ui    test files whose path contains this
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { runGates } from './gates.mjs'
import { node, runLoud, tool } from './run-tool.mjs'

const DEFAULT_PARTS = ['gates', 'unit', 'e2e']
const PARTS = [...DEFAULT_PARTS, 'full']

const args = process.argv.slice(2)
const filters = args.filter((arg) => !PARTS.includes(arg))
const named = PARTS.filter((part) => args.includes(part))
const parts = named.length > 0 ? named : filters.length > 0 ? ['unit', 'e2e'] : DEFAULT_PARTS
const total = { passed: 0, failed: 0, skipped: 0 }
let testsRun = 0

say('build')
if (await runLoud(node('scripts/build.mjs'))) {
  total.passed += 1
  if (parts.includes('gates')) {
    say('checks: types, lint, layers, format, dead code, generated files')
    add(await runGates())
  }
  if (parts.includes('unit')) {
    say('unit and command tests')
    add(await runTests('unit'))
  }
  if (parts.includes('e2e')) {
    say(
      'end-to-end tests: real Terraform against the local AWS, at most two files at once. This takes minutes, and the first time builds what is missing',
    )
    add(await runTests('e2e'))
  }
  if (parts.includes('full')) {
    say('slow end-to-end tests: what takes a minute and more to make')
    add(await runTests('full'))
  }
} else {
  total.failed += 1
}

if (testsRun === 0 && parts.some((part) => part !== 'gates') && total.failed === 0) {
  console.log(`No test matches ${filters.join(' ') || 'these parts'}.`)
  total.failed += 1
}
const ok = total.failed === 0
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = ok ? 0 : 1

/** Counts come from vitest's JSON report: a file that cannot be loaded has no tests, but has failed. */
async function runTests(project) {
  const folder = mkdtempSync(path.join(tmpdir(), 'platform-test-'))
  const report = path.join(folder, 'report.json')
  try {
    // A file of the end-to-end tests takes minutes: each of its tests is told as it ends.
    const reporters = [`--reporter=${project === 'unit' ? 'default' : 'verbose'}`, '--reporter=json', `--outputFile.json=${report}`]
    const ok = await runLoud(tool('vitest', 'run', '--project', project, '--passWithNoTests', ...reporters, ...filters))
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const brokenFiles = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    ).length
    const failed = numFailedTests + brokenFiles
    testsRun += numPassedTests + failed
    // An error outside of any test fails the run as well.
    return { passed: numPassedTests, failed: ok || failed > 0 ? failed : 1, skipped: numPendingTests }
  } catch (error) {
    console.log(`vitest left no report: ${error.message}`)
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function add({ passed, failed, skipped = 0 }) {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

function say(what) {
  console.log(`\n== ${what} ==`)
}
