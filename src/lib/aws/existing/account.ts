import { unlessMissing } from '../explain-error.js'
import { candidate, ownerOf, text, type Finder } from './finding.js'

/** Import id: the name. */
export const findAnalyzer: Finder = async (finding, values) => {
  const analyzerName = text(values, 'analyzer_name')
  if (analyzerName === undefined) return []
  const { GetAnalyzerCommand } = await import('@aws-sdk/client-accessanalyzer')
  const client = await finding.clients.accessAnalyzer()
  const found = (await unlessMissing(client.send(new GetAnalyzerCommand({ analyzerName })), 'ResourceNotFoundException'))?.analyzer
  return found && ownerOf(found.tags, finding.scope) === 'ours' ? [candidate(analyzerName, found.status)] : []
}

/** A setting of the account that is always there in one form or another: to make it is to set it, so nothing can exist twice. */
const setting: Finder = () => Promise.resolve([])

export const accountFinders: Readonly<Record<string, Finder>> = {
  aws_accessanalyzer_analyzer: findAnalyzer,
  aws_ce_cost_allocation_tag: setting,
  // Written whole, by its name.
  aws_cloudwatch_dashboard: setting,
  aws_ebs_default_kms_key: setting,
  aws_ebs_encryption_by_default: setting,
  aws_iam_account_password_policy: setting,
  aws_s3_account_public_access_block: setting,
  // Of a connection that exists: to accept it again, or to set its options again, changes nothing.
  aws_vpc_peering_connection_accepter: setting,
  aws_vpc_peering_connection_options: setting,
}
