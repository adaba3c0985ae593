import { UserError } from '../core/errors.js'
import type { Environment, Project } from './project.js'

type Environments = Pick<Project, 'environments'>

/**
 * The environment whose cluster runs Argo CD and watches over all others, where there is one.
 * @param of the environment that asks: a management environment has its own Argo CD
 */
export function findManagement({ environments }: Environments, of?: Environment): Environment | undefined {
  const isManagement = ({ role, isolation }: Environment): boolean => role === 'management' && isolation === 'hard'
  return of && isManagement(of) ? of : [...environments.values()].find(isManagement)
}

/** As `findManagement`. @throws `ManagementMissing` */
export function managementOf(project: Environments, of?: Environment): Environment {
  const found = findManagement(project, of)
  if (found) return found
  throw new UserError('ManagementMissing', 'There is no management environment.', {
    reason: 'Argo CD, Prometheus and Grafana run in the cluster of that environment, for all others.',
    next: ['platform env create mgmt --role management', 'platform cluster bootstrap mgmt'],
  })
}
