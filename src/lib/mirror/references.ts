import { nameInMirror } from '../config/addons/mirror.js'

/** The parts of what names an image. */
export interface ImageReference {
  /** As it is written: `quay.io/argoproj/argocd:v3`. */
  text: string
  /** Address of its registry. */
  registry: string
  /** With the registry, without tag and digest, as a registry is asked: `docker.io/library/busybox`. */
  repository: string
  /** Without the registry, as a mirror calls it: `argoproj/argocd`, `busybox`. */
  name: string
  /** `latest` where neither tag nor digest is written. */
  tag?: string
  digest?: string
}

const REFERENCE = /^([A-Za-z0-9][A-Za-z0-9._/:-]*?)(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/
const DOCKER_HUB = 'docker.io'

/** @returns undefined for what names no image */
export function parseImage(text: string): ImageReference | undefined {
  const [, path = '', tag, digest] = REFERENCE.exec(text) ?? []
  // A colon that is left over is that of a port, which has a slash behind it.
  if (path === '' || /:[^/]*$/.test(path) || path.endsWith('/') || path.includes('//')) return undefined
  const name = nameInMirror(path)
  if (!/^[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*)*$/.test(name)) return undefined
  const registry = name === path ? DOCKER_HUB : path.slice(0, path.length - name.length - 1)
  const inRegistry = registry === DOCKER_HUB && !name.includes('/') ? `library/${name}` : name
  const wanted = tag ?? (digest === undefined ? 'latest' : undefined)
  return {
    text,
    registry,
    repository: `${registry}/${inRegistry}`,
    name,
    ...(wanted !== undefined && { tag: wanted }),
    ...(digest !== undefined && { digest }),
  }
}

/** The same image in a registry that stands in for its own. */
export function throughRegistry(reference: ImageReference, registry: string | undefined): ImageReference {
  if (registry === undefined) return reference
  return { ...reference, registry: registry.split('/')[0] ?? registry, repository: `${registry}/${reference.name}` }
}

/** What a registry is asked for. A digest wins over a tag. */
export function wanted({ repository, tag, digest }: Pick<ImageReference, 'repository' | 'tag' | 'digest'>): string {
  return digest === undefined ? `${repository}:${tag ?? 'latest'}` : `${repository}@${digest}`
}
