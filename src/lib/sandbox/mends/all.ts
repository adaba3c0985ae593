import { ec2DeleteVpc } from './ec2-delete-vpc.js'
import { ec2LaunchTemplateNames } from './ec2-launch-template-names.js'
import { eksAddons } from './eks-addons.js'
import { eksAddonCatalogue, eksClusterVersions } from './eks-catalogue.js'
import { eksDeletionProtection } from './eks-deletion-protection.js'
import type { Mend } from './mend.js'
import { s3LockAfterDelete } from './s3-lock-after-delete.js'
import { taggingGetResources } from './tagging-get-resources.js'

/** Every mend of the gateway. At most one fits a call. */
export const allMends: readonly Mend[] = [
  s3LockAfterDelete,
  taggingGetResources,
  eksAddonCatalogue,
  eksClusterVersions,
  eksAddons,
  eksDeletionProtection,
  ec2DeleteVpc,
  ec2LaunchTemplateNames,
]
