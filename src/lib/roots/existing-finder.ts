import { ExistingResources } from '../aws/existing/existing-resources.js'
import type { AwsClients } from '../aws/clients.js'
import type { EnvironmentScope } from '../aws/existing/finding.js'
import type { MakePlanOptions } from './planning.js'
import type { Run } from './run.js'

/** Makes the finders of `makePlan`: a new one for each round, since what it lists is listed once. */
export function existingFinder(run: Run, clients: AwsClients, scope: EnvironmentScope): NonNullable<MakePlanOptions['finder']> {
  return (progress) => new ExistingResources(run.ports, clients, scope, progress)
}
