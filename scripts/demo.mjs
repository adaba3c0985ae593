// The main job, from nothing: a new repository in a temporary folder, an environment in it, and how to go on.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = path.join(root, 'bin', 'run.js')
const startedAt = Date.now()

if (!existsSync(path.join(root, 'dist'))) {
  console.log('Building platform …')
  spawnSync(process.execPath, [path.join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' })
}

const parent = mkdtempSync(path.join(tmpdir(), 'platform-demo-'))
const repository = path.join(parent, 'acme')

platform(parent, 'tools', 'install', 'terraform', 'fakecloud')
platform(parent, 'init', 'acme', '--target', 'sandbox', '--yes')
platform(repository, 'env', 'create', 'dev', '--yes')
platform(repository, 'env', 'list')
platform(repository, 'env', 'plan', 'dev')

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

/** Shows a command and runs it as a person would. */
function platform(directory, ...args) {
  console.log(`\n$ platform ${args.join(' ')}`)
  const { status } = spawnSync(process.execPath, [bin, ...args], { cwd: directory, stdio: 'inherit' })
  if (status === 0) return
  console.log(`\nThe demo stopped: "platform ${args.join(' ')}" ended with exit code ${status}. The repository is ${repository}`)
  process.exit(1)
}
