// The main job, from nothing: a new repository in a temporary folder, an environment in it, and how to go on.
import { bin, platform, prepare } from './demo-steps.mjs'

const startedAt = Date.now()
const { parent, repository } = prepare()

platform(parent, ['tools', 'install', 'terraform', 'fakecloud'])
platform(parent, ['init', 'acme', '--target', 'sandbox', '--yes'])
platform(repository, ['env', 'create', 'dev', '--yes'])
platform(repository, ['env', 'list'])
platform(repository, ['env', 'plan', 'dev'])

console.log(`
Done in ${Math.round((Date.now() - startedAt) / 1000)} s. Everything is on this machine; nothing was sent to AWS.

The repository        ${repository}
What was created      a network, four KMS keys and an EKS cluster with nodes, add-ons and roles, by Terraform, in a local AWS

Look at it            cd ${repository}
                      node ${bin} env show dev
                      node ${bin} run show
                      eval "$(node ${bin} sandbox env)" && terraform -chdir=infra/environments/dev state list
Change it             edit environments/dev.yaml, then: node ${bin} env plan dev
Destroy it            node ${bin} env destroy dev
Stop the local AWS    node ${bin} sandbox down
Remove everything     node ${bin} sandbox down && rm -rf ${parent}
`)
