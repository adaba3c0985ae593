import { ExistingResources } from '../aws/existing/existing-resources.js'
import type { AwsClients } from '../aws/clients.js'
import { isForeign } from './foreign.js'
import type { MakePlanOptions } from './planning.js'
import type { Root } from './root.js'
import type { Run } from './run.js'
import type { ExistingFinder } from './tainted.js'

/**
 * Makes the finders of `makePlan`: a new one for each round, since what it lists is listed once.
 * What platform did not make is not looked for, because nothing tells that it is ours: its ids are known.
 * @param options.forget what platform did not make is about to be forgotten, and must not be found again.
 */
export function existingFinder(
  context: { run: Run; root: Pick<Root, 'name' | 'foreign'>; platform: string; clients: AwsClients },
  { forget = false }: { forget?: boolean } = {},
): NonNullable<MakePlanOptions['finder']> {
  const { run, root, platform, clients } = context
  const { name, foreign } = root
  return (progress) => {
    const ours = new ExistingResources(run.ports, clients, { platform, environment: name }, progress)
    if (!foreign) return ours
    const ids = new Map(foreign.imports.map(({ to, id }) => [to, id]))
    const finder: ExistingFinder = {
      find: async (planned) => {
        if (!isForeign(foreign, planned)) return ours.find(planned)
        const importId = ids.get(planned.address)
        return forget || importId === undefined ? undefined : { importId }
      },
    }
    return finder
  }
}
