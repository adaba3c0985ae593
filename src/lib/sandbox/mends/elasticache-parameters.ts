import type { Mend } from './mend.js'

/**
 * Gap: ModifyCacheParameterGroup and ResetCacheParameterGroup read the parameters under a list name that no SDK writes, and so change
 * nothing. The call is repeated with that name.
 */
export const elasticacheParameters: Mend = {
  id: 'elasticache-parameters',
  gap: 'ModifyCacheParameterGroup ignores the parameters.',
  service: 'elasticache',
  actions: ['ModifyCacheParameterGroup', 'ResetCacheParameterGroup'],
  async handle(request, context) {
    const answer = await context.forward(request)
    if (answer.status !== 200) return answer
    const { method, url, rawHeaders } = request.call
    const renamed = request.body.toString('utf8').replaceAll('ParameterNameValues.ParameterNameValue.', 'ParameterNameValues.member.')
    return context.sendAsRoot({ method, url, rawHeaders, body: Buffer.from(renamed) }, 'elasticache')
  },
}
