import { accessAnalyzer } from '../services/access-analyzer.js'
import { budgets } from '../services/budgets.js'
import { acmWildcardRecord } from './acm-wildcard-record.js'
import { codecommitCloneUrls } from './codecommit-clone-urls.js'
import { dynamodbLastBackup } from './dynamodb-last-backup.js'
import { dynamodbRecoveryPeriod } from './dynamodb-recovery-period.js'
import { ec2DeleteVpc } from './ec2-delete-vpc.js'
import { ec2LaunchTemplateNames } from './ec2-launch-template-names.js'
import { ec2LocalRoutes } from './ec2-local-routes.js'
import { eksAccessEntryPrincipals } from './eks-access-entry-principals.js'
import { eksAddons } from './eks-addons.js'
import { eksAddonCatalogue, eksClusterVersions } from './eks-catalogue.js'
import { eksControlPlanes, withControlPlanes } from './eks-control-planes.js'
import { eksDeletionProtection } from './eks-deletion-protection.js'
import { elasticacheCreateTags } from './elasticache-create-tags.js'
import { elasticacheMembers } from './elasticache-members.js'
import { elasticacheParameters } from './elasticache-parameters.js'
import { elasticacheSnapshotKeys } from './elasticache-snapshots.js'
import type { Mend } from './mend.js'
import { s3LockAfterDelete } from './s3-lock-after-delete.js'
import { stsPresignedIdentity } from './sts-presigned-identity.js'
import { stsRoleSessions } from './sts-role-sessions.js'
import { iamTrustPolicies } from './iam-trust-policies.js'
import { rdsDatabases, rdsTags } from '../services/rds/rds.js'
import { s3AccountPublicAccess } from '../services/s3-control.js'
import { taggingGetResources } from './tagging-get-resources.js'

/** Every mend of the gateway. At most one fits a call. */
export const allMends: readonly Mend[] = [
  s3LockAfterDelete,
  taggingGetResources,
  eksAddonCatalogue,
  eksClusterVersions,
  withControlPlanes(eksAddons),
  withControlPlanes(eksDeletionProtection),
  eksControlPlanes,
  ec2DeleteVpc,
  ec2LaunchTemplateNames,
  acmWildcardRecord,
  dynamodbRecoveryPeriod,
  dynamodbLastBackup,
  elasticacheMembers,
  elasticacheParameters,
  elasticacheCreateTags,
  elasticacheSnapshotKeys,
  rdsDatabases,
  rdsTags,
  accessAnalyzer,
  budgets,
  s3AccountPublicAccess,
  ec2LocalRoutes,
  stsPresignedIdentity,
  stsRoleSessions,
  iamTrustPolicies,
  eksAccessEntryPrincipals,
  codecommitCloneUrls,
]
