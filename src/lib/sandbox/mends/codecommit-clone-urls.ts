import { type Fields, isFields } from '../../core/plain-data.js'
import { json, jsonBody, type Answer } from '../gateway/answer.js'
import { gitPath } from '../git/git-site.js'
import { isRepositoryName } from '../git/repositories.js'
import type { Mend, MendContext, MendRequest } from './mend.js'

/**
 * Gap: clone addresses lead to the real AWS, and nothing answers Git. Here they lead to the gateway, which serves a repository for each one
 * of CodeCommit. What the API commits itself (PutFile, CreateCommit) stays inside of the emulator.
 */
export const codecommitCloneUrls: Mend = {
  id: 'codecommit-clone-urls',
  gap: 'Clone addresses lead to the real AWS, and nothing answers git clone.',
  service: 'codecommit',
  actions: ['CreateRepository', 'GetRepository', 'BatchGetRepositories', 'DeleteRepository', 'UpdateRepositoryName'],
  async handle(request, context) {
    const answer = await context.forward(request)
    if (answer.status !== 200) return answer
    await follow(request, context)
    return withCloneUrls(answer, context)
  },
}

async function follow({ call, body }: MendRequest, { git }: MendContext): Promise<void> {
  const asked = jsonBody(body) ?? {}
  const named = (field: string): string | undefined => {
    const name = asked[field]
    return typeof name === 'string' && isRepositoryName(name) ? name : undefined
  }
  const name = named('repositoryName')
  const [from, to] = [named('oldName'), named('newName')]
  if (call.action === 'CreateRepository' && name !== undefined) await git.repositories.ensure(name)
  if (call.action === 'DeleteRepository' && name !== undefined) await git.repositories.remove(name)
  if (call.action === 'UpdateRepositoryName' && from !== undefined && to !== undefined) await git.repositories.rename(from, to)
}

function withCloneUrls(answer: Answer, context: MendContext): Answer {
  const body = jsonBody(answer.body)
  if (!body) return answer
  const { repositoryMetadata: one, repositories: many } = body
  if (isFields(one)) return json(answer.status, { ...body, repositoryMetadata: withCloneUrl(one, context) })
  if (!Array.isArray(many)) return answer
  return json(answer.status, { ...body, repositories: many.map((each: unknown) => (isFields(each) ? withCloneUrl(each, context) : each)) })
}

function withCloneUrl(metadata: Fields, { git }: MendContext): Fields {
  const name = metadata['repositoryName']
  return typeof name === 'string' && isRepositoryName(name) ? { ...metadata, cloneUrlHttp: git.endpoint() + gitPath(name) } : metadata
}
