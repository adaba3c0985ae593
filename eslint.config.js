import js from '@eslint/js'
import tseslint from 'typescript-eslint'

const CHILD_PROCESS = 'Start programs through ports.exec or ports.processes (src/lib/core): they redact, time out and can be faked.'
const TERMINAL = 'Only src/lib/ui and src/lib/cli write to the terminal. Use ports.report in use cases, this.print in commands.'

/** Modules that start programs. */
const childProcessModules = ['child_process', 'node:child_process', 'execa'].map((name) => ({ name, message: CHILD_PROCESS }))

export default tseslint.config(
  {
    ignores: ['dist/', 'coverage/', 'node_modules/', 'templates/', '**/.terraform/', '.platform/'],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-console': 'error',
      eqeqeq: 'error',
      // Streams and emitters are passed by their shape here.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Methods of ports and of oclif are async by contract, also where nothing is awaited.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidOperator: true }],
      // `run` of a step gives a result or nothing.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      // With noPropertyAccessFromIndexSignature off, both forms are fine.
      '@typescript-eslint/dot-notation': 'off',
      'no-restricted-imports': ['error', { paths: childProcessModules }],
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      'no-restricted-syntax': [
        'error',
        { selector: "ImportExpression[source.value='yaml']", message: 'In the bundle it has a default export only. Import core/yaml.js.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'stdout', message: TERMINAL },
        { object: 'process', property: 'stderr', message: TERMINAL },
        { object: 'process', property: 'exit', message: 'Throw a UserError; src/lib/cli turns it into an exit code.' },
        { object: 'process', property: 'env', message: 'Use ports.env.' },
      ],
    },
  },
  {
    files: ['src/commands/**/*.ts'],
    rules: {
      'no-restricted-exports': 'off',
      'max-lines': ['error', { max: 100, skipBlankLines: false, skipComments: false }],
    },
  },
  {
    files: ['src/lib/cli/**/*.ts', 'src/lib/ui/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // oclif loads these by their default export.
    files: ['src/lib/cli/help.ts', 'src/lib/cli/command-not-found.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    files: ['src/lib/core/{exec,processes,guarded-process,piped-process}.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    // Programs of their own: they have no ports, and start what they test.
    files: ['src/lib/sandbox/supervisor-main.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['test/**/*.ts', 'vitest.config.ts'],
    rules: {
      'no-restricted-imports': 'off',
      'max-lines': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Matchers such as expect.any() are `any` by type.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // `json<T>()` says what a test expects to read.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['bin/run.js'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', __filename: 'readonly' } },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
        module: 'readonly',
        fetch: 'readonly',
      },
    },
  },
)
