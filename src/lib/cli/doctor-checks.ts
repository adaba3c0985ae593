import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import type { DoctorOptions } from '../tools/doctor.js'

type MoreChecks = NonNullable<DoctorOptions['more']>

/** Checks of `doctor` that need the repository: its configuration, its sandbox or the accounts that it names. */
export function repositoryChecks(
  ports: Pick<Ports, 'processes'>,
  load: () => Promise<Project>,
  connect: () => Promise<AwsTarget>,
): MoreChecks {
  return [
    { id: 'configuration', check: async () => checkConfiguration(load) },
    { id: 'credentials', check: async () => checkCredentials(load, connect) },
    { id: 'sandbox', check: async () => checkSandbox(ports, load) },
  ]
}

async function checkConfiguration(load: () => Promise<Project>): ReturnType<MoreChecks[number]['check']> {
  const project = await inRepository(load)
  if (!project) return { status: 'ok', detail: 'not in a repository', fix: null }
  return { status: 'ok', detail: `${project.platform.name}, target ${project.platform.target}, in ${project.directory}`, fix: null }
}

async function checkCredentials(load: () => Promise<Project>, connect: () => Promise<AwsTarget>): ReturnType<MoreChecks[number]['check']> {
  const project = await inRepository(load).catch(() => undefined)
  if (!project) return { status: 'ok', detail: 'not checked: no repository that can be read', fix: null }
  if (project.platform.target === 'sandbox') return { status: 'ok', detail: 'not needed: the sandbox brings its own', fix: null }
  const { AwsClients } = await import('../aws/clients.js')
  const { checkIdentity } = await import('../aws/identity.js')
  const target = await connect()
  const found: string[] = []
  for (const [name, { id, role }] of Object.entries(project.platform.accounts)) {
    const connection = await target.connect({ id, roleArn: role }, project.platform.region)
    const { arn } = await checkIdentity(new AwsClients(connection), id)
    found.push(`${name}: ${arn}`)
  }
  return { status: 'ok', detail: found.join(', '), fix: null }
}

async function checkSandbox(ports: Pick<Ports, 'processes'>, load: () => Promise<Project>): ReturnType<MoreChecks[number]['check']> {
  const project = await inRepository(load).catch(() => undefined)
  if (project?.platform.target !== 'sandbox') return { status: 'ok', detail: 'not used here', fix: null }
  const { sandboxStatus } = await import('../sandbox/status.js')
  const { running, endpoint, failure } = await sandboxStatus(ports, project.directory)
  if (failure !== null)
    return { status: 'warn', detail: `stopped by itself: ${failure}`, fix: 'platform sandbox up, or look at platform sandbox logs' }
  return { status: 'ok', detail: running ? `running at ${endpoint ?? ''}` : 'not running; commands start it when they need it', fix: null }
}

async function inRepository(load: () => Promise<Project>): Promise<Project | undefined> {
  try {
    return await load()
  } catch (error) {
    if (error instanceof UserError && error.code === 'NotARepository') return undefined
    throw error
  }
}
