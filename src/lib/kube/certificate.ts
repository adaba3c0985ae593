import { isIP } from 'node:net'
import { connect } from 'node:tls'
import { messageOf } from '../core/errors.js'

/** The certificate that an API server shows. */
export interface ServerCertificate {
  subject: string
  issuer: string
  /** ISO 8601 */
  expiresAt: string
  /** Whether it was issued by the certificate authority of the cluster, for this name, and is valid now. */
  trusted: boolean
}

/** Shakes hands with the API server and looks at its certificate, also at one that has expired. */
export async function readCertificate(
  url: string,
  certificateAuthority: string,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<ServerCertificate | { unreachable: string }> {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)])
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: port === '' ? 443 : Number(port),
      ...(isIP(host) === 0 && { servername: host }),
      ca: Buffer.from(certificateAuthority, 'base64'),
      // It is looked at, and nothing is sent.
      rejectUnauthorized: false,
    })
    const stop = (): void => void socket.destroy(new Error('The API server did not answer in time.'))
    signal.addEventListener('abort', stop, { once: true })
    socket.on('error', (error) => resolve({ unreachable: messageOf(error) }))
    socket.on('close', () => signal.removeEventListener('abort', stop))
    socket.on('secureConnect', () => {
      const { subject, issuer, valid_to: validTo } = socket.getPeerCertificate()
      socket.end()
      resolve({ subject: nameIn(subject), issuer: nameIn(issuer), expiresAt: new Date(validTo).toISOString(), trusted: socket.authorized })
    })
  })
}

/** A certificate may have several names of one kind. */
function nameIn(names: { CN?: string | string[] }): string {
  return [names.CN ?? ''].flat().join(', ')
}
