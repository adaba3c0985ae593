import { candidate, ownerOf, phaseOf, type Candidate, type Finding, type Tags } from './finding.js'

/**
 * What was found by its name, if its tags say that it is the environment's.
 * One that is still being made or deleted is waited for before it is asked: some services do not tell its tags until then.
 */
export async function ifOurs(finding: Finding, found: { importId: string; state?: string | undefined }, tags: () => Promise<Tags>) {
  if (phaseOf(found.state) === 'settling') return [candidate(found.importId, found.state)]
  return ownerOf(await tags(), finding.scope) === 'ours' ? [candidate(found.importId, found.state)] : none
}

const none: Candidate[] = []
