import { execa } from 'execa'
import { fileURLToPath } from 'node:url'

/** Installs, once and before any test counts its time, the programs that the end-to-end tests call. */
export default async function installTools(): Promise<void> {
  const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
  const clusters = [
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kwok',
    'kubectl',
    'argocd',
    'helm',
    'redis-server',
  ]
  await execa(process.execPath, [bin, 'tools', 'install', 'terraform', 'opa', 'fakecloud', 'promtool', 'prometheus', ...clusters], {
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
  })
}
