// The second part: clusters that Argo CD runs from Git. A management and a workload environment, an application in it, what a change by hand
// looks like, and a rollback that stays. With the real Kubernetes API server, Argo CD, Helm and Git.
import { appendFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { ask, bin, platform, prepare, root, run, say, show } from './demo-steps.mjs'

const startedAt = Date.now()
const { parent, repository } = prepare()

platform(parent, ['init', 'acme', '--target', 'sandbox', '--yes'])
platform(repository, ['sandbox', 'up', '--kubernetes'])

say(
  'Small charts with the names and versions of the catalogue stand in for those of the publishers, which a laptop without internet cannot reach.',
)
const charts = path.join(repository, '.platform', 'sandbox', 'charts')
mkdirSync(charts, { recursive: true })
run(root, process.execPath, ['--import', 'tsx', 'test/helpers/demo-charts.ts', charts], 'node')
const { variables } = ask(repository, ['sandbox', 'env'])
const settings = `\nsandbox:\n  kubernetes: true\nmirrors:\n  charts:\n    url: ${variables.AWS_ENDPOINT_URL}/charts\n    digests: mirror\n`
show(`cat >> platform.yaml${settings}`)
appendFileSync(path.join(repository, 'platform.yaml'), settings)

say('A management environment, and one for applications.')
platform(repository, ['env', 'create', 'mgmt', '--role', 'management', '--yes'])
platform(repository, ['env', 'create', 'dev', '--yes'])

say('Argo CD into the first; the second is registered there.')
platform(repository, ['cluster', 'bootstrap', 'mgmt', '--yes'])
platform(repository, ['cluster', 'bootstrap', 'dev', '--yes'])
platform(repository, ['addon', 'list', '--environment', 'dev'])

say('An application whose changes wait for a sync by hand, as in production.')
const image = (version) => `registry.example.com/web:${version}`
platform(repository, ['app', 'create', 'web', '--environment', 'dev', '--image', image('1.0.0'), '--no-auto-sync', '--yes'])
platform(repository, ['app', 'sync', 'web', '--environment', 'dev', '--yes'])
platform(repository, ['app', 'status', 'web'])

say('Somebody changes it by hand: env drift says so (exit code 2), and app sync heals it.')
const kubectl = ask(repository, ['tools', 'list']).find(({ name }) => name === 'kubectl').found.path
const kubeconfig = path.join(parent, 'kubeconfig')
platform(repository, ['cluster', 'kubeconfig', 'dev', '--kubeconfig', kubeconfig, '--use'])
run(repository, kubectl, [`--kubeconfig=${kubeconfig}`, '--namespace=web', 'scale', 'deployment/web', '--replicas=5'], 'kubectl')
platform(repository, ['env', 'drift', 'dev'], 2)
platform(repository, ['app', 'sync', 'web', '--environment', 'dev', '--yes'])
platform(repository, ['env', 'drift', 'dev'])

say('A new version, and back: the rollback is a commit of its own, so Git and the cluster agree and it stays.')
platform(repository, [
  'app',
  'deploy',
  'web',
  '--environment',
  'dev',
  '--image',
  image('2.0.0'),
  '--reason',
  'Faster search',
  '--sync',
  '--yes',
])
platform(repository, ['app', 'rollback', 'web', '--environment', 'dev', '--sync', '--yes'])
platform(repository, ['app', 'history', 'web', '--environment', 'dev'])
platform(repository, ['app', 'status', 'web'])
platform(repository, ['cluster', 'status', 'dev'])

console.log(`
Done in ${Math.round((Date.now() - startedAt) / 1000)} s. Everything is on this machine; nothing was sent to AWS. Pods run nothing here: Healthy proves the manifests only.

The repository        ${repository}
Look at it            cd ${repository} && git log --stat
                      node ${bin} console
Destroy it            node ${bin} env destroy dev && node ${bin} env destroy mgmt
Stop everything       node ${bin} sandbox down
Remove everything     node ${bin} sandbox down && rm -rf ${parent}
`)
