// The checks that are no tests: types, lint rules, layers, format, dead code, generated files.
import { existsSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { node, root, runQuiet, tool } from './run-tool.mjs'

const gates = [
  { name: 'types', command: tool('tsc', '--noEmit', '-p', 'tsconfig.test.json') },
  { name: 'eslint', command: tool('eslint', '--cache', '--cache-location', 'node_modules/.cache/eslint/', '--max-warnings', '0', '.') },
  { name: 'layers', command: tool('depcruise', '--config', '.dependency-cruiser.cjs', 'src') },
  { name: 'format', command: tool('prettier', '--check', '--cache', '--log-level', 'warn', '.') },
  { name: 'dead code', command: tool('knip', '--no-progress') },
  { name: 'reference docs', command: node('scripts/docs.mjs', '--check') },
  { name: 'configuration docs', command: node('scripts/config-docs.mjs', '--check') },
  { name: 'module docs', command: node('scripts/module-docs.mjs', '--check') },
  { name: 'template docs', command: node('scripts/template-docs.mjs', '--check') },
  { name: 'dashboards', command: node('scripts/monitoring.mjs', '--check') },
  { name: 'command manifest', command: node('scripts/manifest.mjs', '--check') },
  {
    name: 'terraform format',
    command: ['terraform', 'fmt', '-check', '-recursive', 'templates'],
    when: () => existsSync(`${root}/templates/terraform`),
  },
]

/** Runs the gates, two at a time, and prints what each one says when it fails. Returns the counts. */
export async function runGates() {
  const waiting = gates.filter(({ when }) => when?.() ?? true)
  const counts = { passed: 0, failed: 0 }
  const work = async () => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
      const startedAt = performance.now()
      const { ok, output } = await runQuiet(gate.command)
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      console.log(`${ok ? 'ok    ' : 'FAILED'} ${gate.name} (${seconds} s)`)
      if (!ok) console.log(output.trimEnd().replaceAll(/^/gm, '       '))
      counts[ok ? 'passed' : 'failed'] += 1
    }
  }
  await Promise.all([work(), work()])
  return counts
}

if (import.meta.filename === process.argv[1]) {
  const { failed } = await runGates()
  process.exitCode = failed === 0 ? 0 : 1
}
