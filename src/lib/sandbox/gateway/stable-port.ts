import { once } from 'node:events'
import type { Server } from 'node:http'
import { isSystemError } from '../../core/errors.js'
import { readTextIfExists, writeFileAtomic } from '../../core/files.js'

/**
 * Listens on 127.0.0.1: on the port remembered in `file` when it is free, otherwise on a free one, which is then remembered.
 * An endpoint that somebody copied stays true that way.
 */
export async function listenOnRememberedPort(server: Server, file: string): Promise<number> {
  const remembered = Number((await readTextIfExists(file))?.trim())
  if (Number.isInteger(remembered) && remembered > 1023 && remembered < 65_536) {
    try {
      return await listen(server, remembered)
    } catch (error) {
      if (!isSystemError(error, 'EADDRINUSE', 'EACCES')) throw error
    }
  }
  const port = await listen(server, 0)
  await writeFileAtomic(file, `${port}\n`)
  return port
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
