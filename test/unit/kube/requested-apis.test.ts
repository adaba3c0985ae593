import { expect, test } from 'vitest'
import { requestedApisIn } from '../../../src/lib/kube/requested-apis.js'

const METRICS = `# HELP apiserver_requested_deprecated_apis [STABLE] Gauge of deprecated APIs that have been requested
# TYPE apiserver_requested_deprecated_apis gauge
apiserver_requested_deprecated_apis{group="policy",removed_release="1.25",resource="poddisruptionbudgets",subresource="",version="v1beta1"} 1
apiserver_requested_deprecated_apis{group="",removed_release="",resource="componentstatuses",subresource="",version="v1"} 1
apiserver_requested_deprecated_apis{group="batch",removed_release="1.25",resource="cronjobs",subresource="",version="v1beta1"} 0
apiserver_request_total{code="200",group="policy",resource="poddisruptionbudgets",version="v1beta1"} 7
`

test('only APIs that end and that somebody asked for are told', () => {
  expect(requestedApisIn(METRICS)).toEqual([{ apiVersion: 'policy/v1beta1', resource: 'poddisruptionbudgets', removedIn: '1.25' }])
  expect(requestedApisIn('')).toEqual([])
})
