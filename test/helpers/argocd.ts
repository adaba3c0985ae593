import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { goModules } from '../../src/lib/tools/install/from-go-module.js'

/** Argo CD's own manifests, out of the module that `tools/go/argocd` builds. */
export async function argoCdManifests(): Promise<string> {
  const { stdout } = await execa('go', ['mod', 'download', '-json', 'github.com/argoproj/argo-cd/v3'], {
    cwd: path.join(goModules, 'argocd'),
    env: { GOWORK: 'off', GOFLAGS: '-mod=readonly' },
  })
  const { Dir } = JSON.parse(stdout) as { Dir: string }
  return readFile(path.join(Dir, 'manifests', 'install.yaml'), 'utf8')
}

/** A bare Git repository on this machine, and a folder with what is in it. */
export class BareRepository {
  readonly url: string
  readonly #work: string

  private constructor(folder: string) {
    this.url = `file://${path.join(folder, 'bare.git')}`
    this.#work = path.join(folder, 'work')
  }

  static async create(inside: string): Promise<BareRepository> {
    const folder = await mkdtemp(path.join(inside, 'git-'))
    const repository = new BareRepository(folder)
    await execa('git', ['init', '-q', '--bare', '-b', 'main', path.join(folder, 'bare.git')])
    await execa('git', ['clone', '-q', repository.url, repository.#work], { stderr: 'ignore' })
    return repository
  }

  /** Commits these files, by path, and pushes them. */
  async push(files: Readonly<Record<string, unknown>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.#work, name)
      await execa('mkdir', ['-p', path.dirname(file)])
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
    }
    const git = async (...args: string[]): Promise<unknown> => execa('git', args, { cwd: this.#work })
    await git('add', '-A')
    await git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '-q', '-m', 'Change')
    await git('push', '-q', 'origin', 'HEAD:main')
  }
}
