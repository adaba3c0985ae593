import { AccessRefused } from './access-refused.js'
import type { EksAccessPorts } from './ports.js'
import type { Principal } from './principal.js'

const DNS_NAME = '{{EC2PrivateDNSName}}'

/**
 * Fills in a template of a name or group (aws-iam-authenticator, pkg/server, `renderTemplate`).
 * @throws AccessRefused when it needs the name of an instance that is not there.
 */
export async function fillIn(template: string, principal: Principal, ports: Pick<EksAccessPorts, 'privateDnsName'>): Promise<string> {
  const values = new Map([
    ['AccountID', principal.accountId],
    ['SessionName', principal.sessionName.replaceAll('@', '-')],
    ['SessionNameRaw', principal.sessionName],
    ['AccessKeyID', principal.accessKeyId],
  ])
  if (template.includes(DNS_NAME)) values.set('EC2PrivateDNSName', await dnsNameOf(principal, ports))
  return template.replaceAll(/\{\{(\w+)\}\}/g, (all, name: string) => values.get(name) ?? all)
}

async function dnsNameOf({ sessionName }: Principal, ports: Pick<EksAccessPorts, 'privateDnsName'>): Promise<string> {
  if (!/^i-(?:\w{8}|\w{17})$/.test(sessionName)) throw new AccessRefused('SessionName did not contain an instance id')
  const name = await ports.privateDnsName?.(sessionName)
  if (name === undefined) throw new AccessRefused(`failed querying private DNS from EC2 API for node ${sessionName}`)
  return name
}
