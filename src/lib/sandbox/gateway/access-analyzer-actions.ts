import { actionOfRoute, type Route } from './rest-routes.js'

/** Operations of IAM Access Analyzer that the sandbox carries out (IAM Access Analyzer API Reference, "Actions"). */
const ROUTES: readonly Route[] = [
  ['PUT', '/analyzer', 'CreateAnalyzer'],
  ['GET', '/analyzer', 'ListAnalyzers'],
  ['GET', '/analyzer/*', 'GetAnalyzer'],
  ['PUT', '/analyzer/*', 'UpdateAnalyzer'],
  ['DELETE', '/analyzer/*', 'DeleteAnalyzer'],
  ['PUT', '/analyzer/*/archive-rule', 'CreateArchiveRule'],
  ['GET', '/analyzer/*/archive-rule', 'ListArchiveRules'],
  ['GET', '/analyzer/*/archive-rule/*', 'GetArchiveRule'],
  ['PUT', '/analyzer/*/archive-rule/*', 'UpdateArchiveRule'],
  ['DELETE', '/analyzer/*/archive-rule/*', 'DeleteArchiveRule'],
  ['GET', '/tags/**', 'ListTagsForResource'],
  ['POST', '/tags/**', 'TagResource'],
  ['DELETE', '/tags/**', 'UntagResource'],
]

export function accessAnalyzerAction(method: string, path: string): string | undefined {
  return actionOfRoute(ROUTES, method, path)
}
