/**
 * How true the local AWS is to the real one.
 * full: behaves like AWS as far as it was tested. partial: differs in the ways that the note tells. shape-only: the API is accepted and
 * answered, but nothing happens behind it. none: not there, or it does not work.
 */
export type Fidelity = 'full' | 'partial' | 'shape-only' | 'none'

export interface ServiceFidelity {
  name: string
  fidelity: Fidelity
  note: string
  emulatedBy: 'fakecloud' | 'fakecloud, mended by platform' | 'platform' | 'nothing'
}

/** Tested with real Terraform and the AWS SDK; see docs/reference/sandbox.md. Services that are not listed were not tested. */
export const services: readonly ServiceFidelity[] = [
  mended('s3', 'full', 'Versioning, conditional writes, lifecycle rules, encryption settings and object lock are kept and checked.'),
  mended(
    'tagging',
    'partial',
    'GetResources finds the services that an environment uses. Others, and GetTagKeys and GetTagValues, find only what was tagged through this API.',
  ),
  mended(
    'eks',
    'shape-only',
    'Clusters, node groups, add-ons and access entries are kept. Kubernetes runs only where it is asked for (sandbox up --kubernetes). Add-ons of 1.35 and 1.36 have the versions of 1.34. IAM is not enforced.',
  ),
  mended(
    'ec2',
    'shape-only',
    'Networks, gateways, endpoints, volumes and addresses are kept and checked, but no packet flows and no instance runs. All regions share one set of resources. NAT gateways and endpoints have no network interface.',
  ),
  plain(
    'kms',
    'full',
    'Keys really encrypt and sign; rotation, grants, policies and pending deletion work. Replica keys in other regions do not.',
  ),
  plain(
    'iam',
    'partial',
    'Roles, policies and simulation work. Calls are checked for signatures only; keys that start with "test" may do everything.',
  ),
  mended(
    'sts',
    'partial',
    'Assumed roles and presigned caller identities work. Session tokens are not looked at, and dates in trust policies always deny.',
  ),
  plain(
    'logs',
    'partial',
    'Groups, streams, retention, filters and queries work. Of the services of AWS, CloudTrail writes logs, and EKS where Kubernetes runs.',
  ),
  plain('ecr', 'partial', 'Repositories and scan settings are kept. Push and pull do not work while signatures are checked.'),
  mended(
    'cloudtrail',
    'partial',
    'Every call is recorded, found by LookupEvents, and delivered to the bucket and log group of a trail, with digests that validate-logs takes. No Insights, no Lake.',
  ),
  plain('events', 'partial', 'Rules and buses deliver to SQS, SNS and buses.'),
  mended(
    'scheduler',
    'partial',
    'SQS, SNS and event bus targets fire, and universal targets of the services that the reference lists, as the role of the schedule. Its permissions are asked for in IAM and EKS only.',
  ),
  plain('wafv2', 'shape-only', 'Rules are kept and associated, but no request is looked at.'),
  plain('elasticloadbalancing', 'shape-only', 'Load balancers are kept. Making one takes a minute, as in AWS.'),
  plain('codepipeline', 'shape-only', 'Definitions are kept; an execution succeeds at once without running an action.'),
  plain('codebuild', 'none', 'Builds do not run.'),
  mended('codecommit', 'partial', 'Repositories can be cloned and pushed to. What the API commits itself is kept apart from that.'),
  plain('secretsmanager', 'partial', 'Secrets are kept. IAM is not enforced.'),
  mended(
    'rds',
    'shape-only',
    'Instances, clusters and their final snapshots are kept by platform itself; no database runs, and every change happens at once.',
  ),
  mended('elasticache', 'shape-only', 'Replication groups, users and parameter groups are kept, but no cache runs.'),
  mended('dynamodb', 'full', 'Tables, indexes, streams and recovery settings are kept.'),
  mended('acm', 'partial', 'Certificates are issued without looking for the records that prove the name.'),
  plain('route53', 'partial', 'Zones and records are kept, but nobody answers for the names.'),
  plain('sns', 'partial', 'Topics deliver to SQS. Subscriptions by e-mail stay unconfirmed, and nothing is sent.'),
  plain('cloudwatch', 'shape-only', 'Alarms and dashboards are kept, but no AWS service writes metrics.'),
  plain('athena', 'shape-only', 'Workgroups and queries are kept.'),
  plain('glue', 'shape-only', 'Databases and tables are kept.'),
  plain('ce', 'shape-only', 'Cost allocation tags and anomaly monitors are kept; there are no costs.'),
  own('access-analyzer', 'Analyzers and archive rules are kept, but nothing is analyzed.'),
  own('budgets', 'Budgets and their subscribers are kept, but nothing is counted and nobody is told.'),
  own('s3-control', 'The public access block of the account is kept, but no bucket obeys it. The rest is not there.'),
  absent('transit gateways', 'Attachments never become available.'),
  absent('opensearch', 'Domains never become active.'),
  absent('guardduty', 'Not emulated.'),
]

/** What changes where the sandbox runs Kubernetes. */
const withKubernetes = mended(
  'eks',
  'partial',
  'Each cluster has a real control plane with the access entries and policies of EKS, and its logs in CloudWatch Logs. Nodes are objects, and pods run nothing; Argo CD is real where it is installed, with its pod identity. Add-ons are kept only; those of 1.35 and 1.36 have the versions of 1.34. IAM is not enforced.',
)

/** How true each service is in a sandbox with or without Kubernetes. */
export function servicesWith({ kubernetes }: { kubernetes: boolean }): readonly ServiceFidelity[] {
  return kubernetes ? services.map((service) => (service.name === 'eks' ? withKubernetes : service)) : services
}

function mended(name: string, fidelity: Fidelity, note: string): ServiceFidelity {
  return { name, fidelity, note, emulatedBy: 'fakecloud, mended by platform' }
}

function plain(name: string, fidelity: Fidelity, note: string): ServiceFidelity {
  return { name, fidelity, note, emulatedBy: 'fakecloud' }
}

function own(name: string, note: string): ServiceFidelity {
  return { name, fidelity: 'shape-only', note, emulatedBy: 'platform' }
}

function absent(name: string, note: string): ServiceFidelity {
  return { name, fidelity: 'none', note, emulatedBy: 'nothing' }
}
