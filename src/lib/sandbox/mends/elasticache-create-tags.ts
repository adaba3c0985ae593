import { textOf } from '../gateway/xml-text.js'
import type { Mend } from './mend.js'

/** Gap: the tags of CreateCacheParameterGroup and CreateUser are lost. They are set with AddTagsToResource once the resource is there. */
export const elasticacheCreateTags: Mend = {
  id: 'elasticache-create-tags',
  gap: 'CreateCacheParameterGroup and CreateUser lose the tags.',
  service: 'elasticache',
  actions: ['CreateCacheParameterGroup', 'CreateUser', 'CreateUserGroup'],
  async handle(request, context) {
    const answer = await context.forward(request)
    const arn = textOf(answer.body.toString('utf8'), 'ARN')
    const tags = [...new URLSearchParams(request.body.toString('utf8'))].filter(([name]) => name.startsWith('Tags.'))
    if (answer.status !== 200 || arn === undefined || tags.length === 0) return answer
    const body = new URLSearchParams([['Action', 'AddTagsToResource'], ['Version', '2015-02-02'], ['ResourceName', arn], ...tags])
    const { method, url, rawHeaders } = request.call
    await context.sendAsRoot({ method, url, rawHeaders, body: Buffer.from(body.toString()) }, 'elasticache')
    return answer
  },
}
