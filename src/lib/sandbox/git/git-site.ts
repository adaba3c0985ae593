import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { startPiped } from '../../core/piped-process.js'
import { sendText, type Site } from '../gateway/site.js'
import { readCgiHead } from './cgi-answer.js'
import { isRepositoryName, type GitRepositories } from './repositories.js'

/** The parts of Git's smart HTTP protocol (gitprotocol-http(5)). */
const PATH = /^\/git\/([^/]+)\.git(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/

interface Wanted {
  name: string
  /** Path inside the repository, with a slash before it. */
  inside: string
  query: string
  isPush: boolean
}

/** Path of a repository in the URLs of a sandbox. */
export function gitPath(name: string): string {
  return `/git/${name}.git`
}

/**
 * Serves the repositories of a sandbox to Git clients under `/git/NAME.git`. A repository is made by its first push. Nothing is kept in
 * memory: what comes in goes to `git http-backend`, and what that answers goes out.
 */
export function gitSite(repositories: GitRepositories, searchPath: string): Site {
  return {
    prefix: '/git/',
    async serve(request, response) {
      const wanted = wantedBy(request)
      if (!wanted) {
        sendText(response, 404, 'There is no such repository. The address is /git/NAME.git, NAME with letters, digits and . _ - only.')
        return 'git -'
      }
      const said = `git ${wanted.isPush ? 'push' : 'fetch'} ${wanted.name}`
      if (wanted.isPush) await repositories.ensure(wanted.name)
      else if (!(await repositories.has(wanted.name))) {
        sendText(response, 404, `There is no repository ${wanted.name}: the first push makes it.`)
        return said
      }
      await runBackend(request, response, backendEnvironment(request, wanted, repositories.folder, searchPath))
      return said
    },
  }
}

function wantedBy({ url = '/', method }: IncomingMessage): Wanted | undefined {
  const cut = url.indexOf('?')
  const [path, query] = cut === -1 ? [url, ''] : [url.slice(0, cut), url.slice(cut + 1)]
  const [, name, inside] = PATH.exec(path) ?? []
  if (name === undefined || inside === undefined || !isRepositoryName(name)) return undefined
  const service = inside === '/info/refs' ? new URLSearchParams(query).get('service') : inside.slice(1)
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return undefined
  if (method !== (inside === '/info/refs' ? 'GET' : 'POST')) return undefined
  return { name, inside, query, isPush: service === 'git-receive-pack' }
}

/** See git-http-backend(1). Nothing of the user's settings changes what the server does. */
function backendEnvironment(
  { headers, method = 'GET' }: IncomingMessage,
  { name, inside, query }: Wanted,
  folder: string,
  searchPath: string,
): Record<string, string> {
  const given = (variable: string, value: string | string[] | undefined): Record<string, string> =>
    typeof value === 'string' ? { [variable]: value } : {}
  return {
    PATH: searchPath,
    HOME: folder,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_PROJECT_ROOT: folder,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${name}.git${inside}`,
    QUERY_STRING: query,
    REQUEST_METHOD: method,
    REMOTE_ADDR: '127.0.0.1',
    ...given('CONTENT_TYPE', headers['content-type']),
    ...given('CONTENT_LENGTH', headers['content-length']),
    ...given('HTTP_CONTENT_ENCODING', headers['content-encoding']),
    ...given('HTTP_GIT_PROTOCOL', headers['git-protocol']),
    ...given('GIT_PROTOCOL', headers['git-protocol']),
  }
}

async function runBackend(request: IncomingMessage, response: ServerResponse, env: Record<string, string>): Promise<void> {
  const backend = await startPiped('git', ['http-backend'], { cwd: '/', env })
  const stop = (): void => backend.kill()
  response.once('close', stop)
  let said = ''
  backend.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-2000)))
  // A program that refuses early reads no further; the client must still be let to the end of its request.
  backend.stdin.on('error', () => request.unpipe(backend.stdin).resume())
  request.once('aborted', stop)
  request.pipe(backend.stdin)
  try {
    const head = await readCgiHead(backend.stdout)
    if (!head) {
      await backend.exited
      if (!response.destroyed) sendText(response, 500, said.trim() || 'git http-backend gave no answer.')
      return
    }
    response.writeHead(head.status, head.rawHeaders)
    response.write(head.rest)
    await pipeline(backend.stdout, response)
  } finally {
    response.off('close', stop)
    request.off('aborted', stop)
    // Waits for nobody any more.
    backend.kill()
  }
}
