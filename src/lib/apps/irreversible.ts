/** What a commit cannot take back. */
export interface Irreversible {
  kind: string
  where: string
  why: string
}

const KINDS: ReadonlyArray<{ pattern: RegExp; kind: string; why: string }> = [
  {
    pattern: /^\s*kind:\s*["']?Job["']?\s*$/m,
    kind: 'Job',
    why: 'What a job has done, such as a migration of a database, stays done. Its template cannot be changed: Argo CD replaces it only as a hook.',
  },
  {
    pattern: /(?:argocd\.argoproj\.io\/hook|helm\.sh\/hook)["']?\s*:/,
    kind: 'hook',
    why: 'Hooks run again with the text of the earlier commit; what they did before is not taken back.',
  },
  {
    pattern: /^\s*kind:\s*["']?CustomResourceDefinition["']?\s*$/m,
    kind: 'CustomResourceDefinition',
    why: 'Objects that were stored in a newer version may not fit an older definition.',
  },
  {
    pattern: /^\s*kind:\s*["']?StatefulSet["']?\s*$/m,
    kind: 'StatefulSet',
    why: 'Volume claims, selector and service name cannot be changed: the API server refuses it.',
  },
  {
    pattern: /^\s*kind:\s*["']?PersistentVolumeClaim["']?\s*$/m,
    kind: 'PersistentVolumeClaim',
    why: 'What is on a volume stays as it is, and a volume never gets smaller.',
  },
  {
    pattern: /^\s*(?:clusterIP|storageClassName|volumeName|immutable):/m,
    kind: 'immutable field',
    why: 'It cannot be changed on an object that is there: the sync would fail until the object is deleted.',
  },
]

/** What is in the texts of bases that going back in Git does not undo. */
export function irreversibleIn(texts: ReadonlyMap<string, string>): Irreversible[] {
  return [...texts].flatMap(([where, text]) =>
    KINDS.filter(({ pattern }) => pattern.test(text)).map(({ kind, why }) => ({ kind, where, why })),
  )
}
