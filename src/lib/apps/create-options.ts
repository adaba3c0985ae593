import { UserError } from '../core/errors.js'
import { isLoopbackUrl } from '../core/loopback.js'
import type { CreateOptions } from './create.js'
import { assertAppName, assertBase, isNamespace } from './model.js'

/** Refuses what would only fail in Argo CD, or run where it must not. @throws `InvalidName`, `BadFlag` */
export function assertCreateOptions({ app, base, namespace, source }: CreateOptions): void {
  assertAppName(app)
  assertBase(base)
  if (namespace !== undefined) assertNamespace(namespace)
  if (source.kind !== 'chart') return
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(source.name)) {
    throw badFlag(
      'chart',
      source.name,
      'is not the name of a chart.',
      'Write its name alone, such as --chart valkey, and where it lies as --repository',
    )
  }
  if (!isRepository(source.repository)) {
    throw badFlag(
      'repository',
      source.repository,
      'is not the address of a chart repository.',
      'Write it like https://charts.example.com or oci://registry.example.com/charts',
    )
  }
}

/** What a base is made of is asked for, and it is there already. @throws `BadFlag` */
export function refuseIgnoredSource({ app, base, source }: CreateOptions): void {
  if (source.kind === 'starter') return
  const flag = source.kind === 'chart' ? 'chart' : 'manifests'
  throw new UserError('BadFlag', `--${flag}: application ${app} has a base ${base} already.`, {
    next: [`Make another version of it: --base-version NEW`, `Take the one that is there: leave --${flag} out`],
    details: { flag, app, base },
  })
}

function assertNamespace(name: string): void {
  if (isNamespace(name) && !name.startsWith('kube-') && name !== 'argocd') return
  throw badFlag(
    'namespace',
    name,
    isNamespace(name) ? 'belongs to the cluster itself.' : 'is not the name of a namespace.',
    'Write 1 to 63 lower-case letters, digits and dashes, such as --namespace shop; names that start with kube-, and argocd, are taken',
  )
}

/** Plain HTTP only on this machine: whoever is on the way could change the chart. */
function isRepository(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && url.hostname !== '' && (['https:', 'oci:'].includes(url.protocol) || isLoopbackUrl(text))
}

function badFlag(flag: string, value: string, what: string, next: string): UserError {
  return new UserError('BadFlag', `--${flag}: ${JSON.stringify(value)} ${what}`, { next: [next], details: { flag, value } })
}
