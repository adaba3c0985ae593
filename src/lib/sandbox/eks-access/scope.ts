import type { AssociatedPolicy } from './ports.js'

/**
 * Whether an association reaches a namespace; an empty one stands for all namespaces, or for what is in none. A namespace may hold `*`,
 * as in `dev-*` (Amazon EKS User Guide, "Associate access policies with access entries").
 */
export function reaches({ type, namespaces = [] }: AssociatedPolicy['accessScope'], namespace: string): boolean {
  if (type === 'cluster') return true
  return namespace !== '' && namespaces.some((pattern) => fits(pattern, namespace))
}

function fits(pattern: string, namespace: string): boolean {
  const literals = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${literals.join('.*')}$`, 's').test(namespace)
}
