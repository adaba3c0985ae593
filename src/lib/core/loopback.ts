import { isIP } from 'node:net'
import { UserError } from './errors.js'

/** Whether a URL can only lead to this machine. Names are not resolved: only `localhost` is trusted. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  if ((protocol !== 'http:' && protocol !== 'https:') || username !== '' || password !== '') return false
  const host = hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** @throws `EndpointNotLocal` unless the URL is on this machine. */
export function assertLoopback(url: string): void {
  if (isLoopbackUrl(url)) return
  throw new UserError('EndpointNotLocal', 'The endpoint of the sandbox is not on this machine.', {
    reason: `A sandbox works only with an address of this machine such as http://127.0.0.1:4566. Found: ${withoutSecrets(url)}.`,
    next: ['Remove .platform/sandbox/supervisor.json and run: platform sandbox up', 'For real AWS, write target: aws in platform.yaml.'],
    details: { endpoint: withoutSecrets(url) },
  })
}

function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return 'an invalid address'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}
