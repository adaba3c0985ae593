import { candidate, ownerOf, tagMap, text, type Finder, type Finding } from './finding.js'

type TagList = Parameters<typeof tagMap>[0]

/** Something that has the name that Terraform would give. */
export interface Namesake {
  importId: string
  state?: string | undefined
  tags: TagList
}

/** A finder for what has a name that is unique in its account and region: a namesake with other tags is somebody else's. */
export function byName(field: string, look: (finding: Finding, name: string) => Promise<Namesake | undefined>): Finder {
  return async (finding, values) => {
    const name = text(values, field)
    const found = name === undefined ? undefined : await look(finding, name)
    return found && ownerOf(tagMap(found.tags), finding.scope) === 'ours' ? [candidate(found.importId, found.state)] : []
  }
}
