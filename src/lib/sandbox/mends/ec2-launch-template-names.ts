import { errorAnswer } from '../gateway/answer.js'
import type { Mend, MendContext } from './mend.js'

/**
 * Gap: DescribeLaunchTemplates answers every launch template when it is asked for one by its name, so that Terraform, which waits
 * for a new one by name, gives up at the second one of an account. AWS answers those of the names, or
 * InvalidLaunchTemplateName.NotFoundException.
 */
export const ec2LaunchTemplateNames: Mend = {
  id: 'ec2-launch-template-names',
  gap: 'DescribeLaunchTemplates ignores names.',
  service: 'ec2',
  actions: ['DescribeLaunchTemplates'],
  async handle(request, context) {
    const { call } = request
    const answer = await context.forward(request)
    const form = new URLSearchParams(request.body.toString('utf8'))
    const names = [...form].filter(([field]) => NAME_FIELD.test(field)).map(([, name]) => name)
    if (names.length === 0 || answer.status !== 200) return answer
    const known = await templatesByName(context)
    const ids = names.flatMap((name) => known.get(name) ?? [])
    if (ids.length < names.length) {
      return errorAnswer('ec2', {
        status: 400,
        code: 'InvalidLaunchTemplateName.NotFoundException',
        message: 'At least one of the launch templates specified in the request does not exist.',
      })
    }
    const byId = new URLSearchParams([...form].filter(([field]) => !NAME_FIELD.test(field)))
    ids.forEach((id, index) => byId.set(`LaunchTemplateId.${index + 1}`, id))
    return context.sendAsRoot(
      { method: call.method, url: call.url, rawHeaders: call.rawHeaders, body: Buffer.from(byId.toString()) },
      'ec2',
    )
  },
}

const NAME_FIELD = /^LaunchTemplateName\.\d+$/

async function templatesByName(context: MendContext): Promise<Map<string, string>> {
  const { DescribeLaunchTemplatesCommand } = await import('@aws-sdk/client-ec2')
  const { LaunchTemplates = [] } = await (await (await context.clients()).ec2()).send(new DescribeLaunchTemplatesCommand({}))
  return new Map(LaunchTemplates.map(({ LaunchTemplateName = '', LaunchTemplateId = '' }) => [LaunchTemplateName, LaunchTemplateId]))
}
