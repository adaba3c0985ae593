import { unlessMissing } from '../explain-error.js'
import { candidate, ownerOf, tagMap, text, type Finder } from './finding.js'

const sdk = () => import('@aws-sdk/client-ecr')

/** Import id: the name. */
const repository: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { DescribeRepositoriesCommand, ListTagsForResourceCommand } = await sdk()
  const client = await finding.clients.ecr()
  const answer = await unlessMissing(client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] })), 'RepositoryNotFound*')
  const resourceArn = answer?.repositories?.find(({ repositoryName }) => repositoryName === name)?.repositoryArn
  if (resourceArn === undefined) return []
  const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }))
  return ownerOf(tagMap(tags), finding.scope) === 'ours' ? [candidate(name)] : []
}

/** Import id: the name of the repository. */
const lifecyclePolicy: Finder = async (finding, values) => {
  const repositoryName = text(values, 'repository')
  if (repositoryName === undefined) return []
  const { GetLifecyclePolicyCommand } = await sdk()
  const command = new GetLifecyclePolicyCommand({ repositoryName })
  const found = await unlessMissing((await finding.clients.ecr()).send(command), 'LifecyclePolicyNotFound*', 'RepositoryNotFound*')
  return found ? [candidate(repositoryName)] : []
}

/** Import id: the name of the repository. */
const repositoryPolicy: Finder = async (finding, values) => {
  const repositoryName = text(values, 'repository')
  if (repositoryName === undefined) return []
  const { GetRepositoryPolicyCommand } = await sdk()
  const command = new GetRepositoryPolicyCommand({ repositoryName })
  const found = await unlessMissing((await finding.clients.ecr()).send(command), 'RepositoryPolicyNotFound*', 'RepositoryNotFound*')
  return found ? [candidate(repositoryName)] : []
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const registryFinders: Readonly<Record<string, Finder>> = {
  aws_ecr_repository: repository,
  aws_ecr_lifecycle_policy: lifecyclePolicy,
  aws_ecr_repository_policy: repositoryPolicy,
}
