// The direction of imports: commands → cli → use cases → roots → config, templates → adapters → core; ui → core.
const USE_CASES =
  '^src/lib/(environments|shared|state|policy|backend|sandbox|init|clusters|addons|apps|access|keys|audit|pipelines|monitoring|mirror)/'
const ADAPTERS = '^src/lib/(terraform|aws|git|tools|opa|helm|argocd|kube|openshift|registry)/'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that import each other have one job too many between them. Types may be shared both ways.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'core-stands-alone',
      comment: 'core is imported by everything, so it imports nothing of ours.',
      severity: 'error',
      from: { path: '^src/lib/core/' },
      to: { path: '^src/', pathNot: '^src/lib/core/' },
    },
    {
      name: 'ui-knows-only-core',
      comment: 'The terminal shows events and data; it knows no use case.',
      severity: 'error',
      from: { path: '^src/lib/ui/' },
      to: { path: '^src/', pathNot: '^src/lib/(ui|core)/' },
    },
    {
      name: 'ui-only-from-cli',
      comment: 'Use cases report events (ports.report) and ask (ports.ask); only cli wires the terminal to them.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/lib/(ui|cli)/' },
      to: { path: '^src/lib/ui/' },
    },
    {
      name: 'commands-are-thin',
      comment: 'A command parses, calls one use case and prints. Adapters are called by use cases.',
      severity: 'error',
      from: { path: '^src/commands/' },
      to: { path: [ADAPTERS, '^src/lib/ui/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'cli-only-from-commands',
      comment: 'cli is the outermost layer but one.',
      severity: 'error',
      from: { path: '^src/lib/', pathNot: '^src/lib/cli/' },
      to: { path: '^src/(lib/cli|commands)/' },
    },
    {
      name: 'use-cases-not-sideways',
      comment: 'A use case that needs another one needs a part that belongs below both.',
      severity: 'error',
      from: { path: USE_CASES },
      to: { path: USE_CASES, pathNot: '^src/lib/$1/' },
    },
    {
      name: 'adapters-not-sideways',
      comment: 'Adapters turn one tool into types. Use cases combine them.',
      severity: 'error',
      from: { path: ADAPTERS },
      to: { path: ADAPTERS, pathNot: '^src/lib/$1/' },
    },
    {
      name: 'adapters-know-no-use-case',
      comment: 'Adapters are below use cases, configuration and templates.',
      severity: 'error',
      from: { path: ADAPTERS },
      to: { path: '^src/lib/', pathNot: ['^src/lib/core/', ADAPTERS] },
    },
    {
      name: 'roots-know-no-use-case',
      comment: 'What plans and applies a root module is below the use cases that say which one.',
      severity: 'error',
      from: { path: '^src/lib/roots/' },
      to: { path: [USE_CASES, '^src/lib/(ui|cli)/'] },
    },
    {
      name: 'gitops-knows-no-use-case',
      comment: 'What lies in gitops/ is written by several use cases, so it is below them.',
      severity: 'error',
      from: { path: '^src/lib/gitops/' },
      to: { path: [USE_CASES, '^src/lib/(roots|ui|cli)/'] },
    },
    {
      name: 'config-and-templates-know-no-use-case',
      comment: 'They are below use cases.',
      severity: 'error',
      from: { path: '^src/lib/(config|templates)/' },
      to: { path: [USE_CASES, '^src/lib/(roots|gitops|ui|cli)/'] },
    },
    {
      name: 'libraries-are-bundled',
      comment:
        'dist/ holds the libraries. Listed under dependencies, one would stay outside: slower to start, and installed as a second part.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-test-tool',
      comment: 'What only builds and tests platform does not belong into it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^node_modules/(vitest|fast-check|typescript|tsx|esbuild|eslint|prettier|knip|ajv|dependency-cruiser|@cdktn)/' },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
}
