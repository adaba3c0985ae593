// What libraries do at every start although platform does not need it then: left out of dist/, or put off until it is needed.
import { readFileSync } from 'node:fs'

/** oclif loads these at every start, for commands without a manifest, plugins of a user, spinners and WSL, which platform does not have. */
const UNUSED_BY_OCLIF = /^(?:tinyglobby|minimatch|lilconfig|wsl-utils)$/

const CHANGES = [
  {
    // The tables for sorting in a human language take 6 ms. The names of commands are plain.
    file: /@oclif[\\/]core[\\/]lib[\\/]config[\\/]plugin\.js$/,
    from: 'a.id.localeCompare(b.id)',
    to: '(a.id < b.id ? -1 : 1)',
  },
  {
    // Only Windows without SHELL starts a program for this.
    file: /@oclif[\\/]core[\\/]lib[\\/]util[\\/]os\.js$/,
    from: 'const node_child_process_1 = require("node:child_process");',
    to: 'const node_child_process_1 = { execSync: (...args) => require("node:child_process").execSync(...args) };',
  },
  {
    file: /@oclif[\\/]core[\\/]lib[\\/]util[\\/]os\.js$/,
    from: "(await import('wsl-utils')).isWsl ? 'wsl' : (0, node_os_1.platform)()",
    to: '(0, node_os_1.platform)()',
  },
  {
    // Says something only with the variable DEBUG.
    file: /@oclif[\\/]core[\\/]lib[\\/]logger\.js$/,
    from: 'require("debug")',
    to: '(process.env.DEBUG ? require("debug") : () => () => undefined)',
  },
  {
    // Looks at the terminal, which loads what Node has for networks.
    file: /@oclif[\\/]core[\\/]lib[\\/]ux[\\/]supports-color\.js$/,
    from: 'const supports_color_1 = require("supports-color");\nfunction supportsColor() {',
    to: 'function supportsColor() {\n    const supports_color_1 = require("supports-color");',
  },
  {
    // Both are global too.
    file: /@oclif[\\/]core[\\/]lib[\\/]performance\.js$/,
    from: 'const node_perf_hooks_1 = require("node:perf_hooks");',
    to: 'const node_perf_hooks_1 = globalThis;',
  },
  {
    // Most texts are no templates, and compiling one takes longer than all the rest.
    file: /@oclif[\\/]core[\\/]lib[\\/]help[\\/]util\.js$/,
    from: 'return ejs_1.default.render(t, context);',
    to: 'return /<%|%>/.test(t) ? ejs_1.default.render(t, context) : t;',
  },
]

/** What oclif loads at every start to show errors and help with. */
const LATER = ['ansis', 'clean-stack', 'cli-spinners', 'ejs', 'string-width', 'widest-line', 'wrap-ansi']
const LOADED_AT_ONCE = new RegExp(`const (\\w+) = __importDefault\\(require\\("(${LATER.join('|')})"\\)\\);`, 'g')
const OCLIF = /@oclif[\\/]core[\\/]lib[\\/].*\.js$/

/** Fails the build when a new version of a library has another text. */
export const lighterLibraries = {
  name: 'lighter-libraries',
  setup({ onResolve, onLoad, onEnd }) {
    onResolve({ filter: UNUSED_BY_OCLIF }, ({ path: name, importer }) =>
      /[\\/]@oclif[\\/]core[\\/]/.test(importer) ? { path: name, namespace: 'unused' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {}' }))
    const made = new Set()
    onLoad({ filter: OCLIF }, ({ path: file }) => {
      let contents = readFileSync(file, 'utf8').replaceAll(LOADED_AT_ONCE, (_whole, variable, name) => {
        made.add(name)
        return `const ${variable} = { get default() { return require("${name}"); } };`
      })
      for (const change of CHANGES.filter((each) => each.file.test(file) && contents.includes(each.from))) {
        contents = contents.replace(change.from, () => change.to)
        made.add(change)
      }
      return { contents, loader: 'js' }
    })
    onEnd(() => ({
      errors: [
        ...CHANGES.filter((change) => !made.has(change)).map(({ from }) => ({ text: `No library has the text: ${from}` })),
        ...LATER.filter((name) => !made.has(name)).map((name) => ({ text: `oclif no longer loads ${name}` })),
      ],
    }))
  },
}
