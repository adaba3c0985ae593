import { listCached, ofEnvironment, type Listed } from './ec2-listings.js'
import { candidate, resourceTag, text, type Finder, type Finding } from './finding.js'

/** Import id: the id. */
const peering: Finder = async (finding, values) => {
  const tag = resourceTag(values)
  if (tag === undefined) return []
  const found = await ofEnvironment(finding, 'peerings')
  return found.filter(({ tags }) => tags['platform:resource'] === tag).map(({ id, state }) => candidate(id, state))
}

/** The peering that the values name, once both sides agree. Before that, Terraform's resource has still to accept it. */
async function agreed(finding: Finding, values: Record<string, unknown>): Promise<Listed[]> {
  const id = text(values, 'vpc_peering_connection_id')
  if (id === undefined) return []
  const found = await listCached(finding, 'peerings', [{ Name: 'vpc-peering-connection-id', Values: [id] }])
  return found.filter((each) => each.id === id && each.state === 'active')
}

/** Import id: the id of the peering. */
const accepter: Finder = async (finding, values) => (await agreed(finding, values)).map(({ id }) => candidate(id))

/** Both sides have options from the start; Terraform's resource only takes them over. Import id: the id of the peering. */
const options: Finder = accepter

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const peeringFinders: Readonly<Record<string, Finder>> = {
  aws_vpc_peering_connection: peering,
  aws_vpc_peering_connection_accepter: accepter,
  aws_vpc_peering_connection_options: options,
}
