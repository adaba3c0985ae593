import type { Mend, MendContext } from '../../mends/mend.js'
import { refusalOf } from '../admission.js'
import { answerQuery, QueryInput, queryAnswer, type XmlValue } from '../query-protocol.js'
import { createCluster, deleteCluster, describeClusters, modifyCluster, restoreCluster } from './clusters.js'
import { createInstance, deleteInstance, describeInstances, modifyInstance, rebootInstance, restoreInstance } from './instances.js'
import { deleteSnapshot, describeSnapshots } from './snapshots.js'
import { answerTags } from './tagging.js'

const NAMESPACE = 'http://rds.amazonaws.com/doc/2014-10-31/'

type Operation = (input: QueryInput, context: MendContext) => Promise<XmlValue>

const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateDBInstance: createInstance,
  RestoreDBInstanceFromDBSnapshot: restoreInstance,
  ModifyDBInstance: modifyInstance,
  DeleteDBInstance: deleteInstance,
  RebootDBInstance: rebootInstance,
  DescribeDBInstances: describeInstances,
  CreateDBCluster: createCluster,
  RestoreDBClusterFromSnapshot: restoreCluster,
  ModifyDBCluster: modifyCluster,
  DeleteDBCluster: deleteCluster,
  DescribeDBClusters: describeClusters,
  DescribeDBSnapshots: (input, context) => describeSnapshots('instance', input, context),
  DescribeDBClusterSnapshots: (input, context) => describeSnapshots('cluster', input, context),
  DeleteDBSnapshot: (input, context) => deleteSnapshot('instance', input, context),
  DeleteDBClusterSnapshot: (input, context) => deleteSnapshot('cluster', input, context),
}

/**
 * Gap: the emulator makes a database only where a container engine runs, which the sandbox does without, and forgets about managed
 * passwords. Here instances, clusters and their final snapshots are kept in the gateway; no database runs. Subnet groups, parameter
 * groups and everything else stay with the emulator.
 */
export const rdsDatabases: Mend = {
  id: 'rds-databases',
  gap: 'CreateDBInstance wants a container engine.',
  service: 'rds',
  actions: Object.keys(OPERATIONS),
  async handle(request, context) {
    const { action } = request.call
    const operation = OPERATIONS[action]
    const refusal = await refusalOf(request, context)
    if (refusal || !operation) return refusal ?? context.forward(request)
    return answerQuery(action, NAMESPACE, () => operation(new QueryInput(request.body), context))
  },
}

/** Gap: as above, for the tags of what is kept in the gateway. */
export const rdsTags: Mend = {
  id: 'rds-tags',
  gap: 'Databases are kept in the gateway, so their tags are too.',
  service: 'rds',
  actions: ['ListTagsForResource', 'AddTagsToResource', 'RemoveTagsFromResource'],
  async handle(request, context) {
    const answer = await context.forward(request)
    if (answer.status === 200 || answer.status === 403) return answer
    const result = await answerTags(request.call.action, new QueryInput(request.body), context)
    return result === undefined ? answer : queryAnswer(request.call.action, NAMESPACE, result)
  },
}
