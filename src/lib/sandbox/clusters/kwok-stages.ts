/**
 * What KWOK does to nodes and pods, as its objects of kind Stage (https://kwok.sigs.k8s.io/docs/user/stages-configuration/): nodes are
 * Ready, pods run at once, pods of jobs end well, and what is deleted goes. The templates give YAML.
 */
export const kwokStages: ReadonlyArray<Record<string, unknown>> = [
  stage('node-ready', 'Node', [['.status.conditions.[] | select( .type == "Ready" ) | .status', 'NotIn', 'True']], {
    statusTemplate: nodeConditions(),
  }),
  stage('node-heartbeat', 'Node', [['.status.conditions.[] | select( .type == "Ready" ) | .status', 'In', 'True']], {
    statusTemplate: nodeConditions(),
    delay: { durationMilliseconds: 300_000, jitterDurationMilliseconds: 330_000 },
  }),
  stage(
    'pod-runs',
    'Pod',
    [
      ['.metadata.deletionTimestamp', 'DoesNotExist'],
      ['.status.phase', 'In', 'Pending'],
    ],
    {
      statusTemplate: runningPod(),
    },
  ),
  stage(
    'pod-of-job-ends',
    'Pod',
    [
      ['.metadata.deletionTimestamp', 'DoesNotExist'],
      ['.status.phase', 'In', 'Running'],
      ['.metadata.ownerReferences.[].kind', 'In', 'Job'],
    ],
    { statusTemplate: succeededPod() },
  ),
  stage('pod-goes', 'Pod', [['.metadata.deletionTimestamp', 'Exists']], { delete: true }),
]

type Condition = [key: string, operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', value?: string]
interface Next {
  statusTemplate?: string
  delete?: boolean
  delay?: Record<string, number>
}

function stage(name: string, kind: 'Node' | 'Pod', conditions: Condition[], { delay, ...next }: Next): Record<string, unknown> {
  const matchExpressions = conditions.map(([key, operator, value]) => ({ key, operator, ...(value !== undefined && { values: [value] }) }))
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, ...(delay && { delay }), next },
  }
}

function nodeConditions(): string {
  return `{{ $now := Now }}
conditions:
{{ range NodeConditions }}
- {type: {{ .type | Quote }}, status: {{ .status | Quote }}, reason: {{ .reason | Quote }}, message: {{ .message | Quote }}, lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ or $.metadata.creationTimestamp $now | Quote }}}
{{ end }}
`
}

function runningPod(): string {
  const running = '{running: {startedAt: {{ $now | Quote }}}}'
  const ended = '{terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}'
  return `{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ range .spec.readinessGates }}
- {type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- {name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: {{ .image | Quote }}, ready: true, started: true, restartCount: 0, state: ${running}}
{{ end }}
{{ with .spec.initContainers }}
initContainerStatuses:
{{ range . }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  ready: true
  restartCount: 0
{{ if eq (or .restartPolicy "") "Always" }}
  started: true
  state: ${running}
{{ else }}
  state: ${ended}
{{ end }}
{{ end }}
{{ end }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs: [{ip: {{ index . 0 | Quote }}}]
{{ end }}
{{ with PodIPsWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") }}
podIP: {{ index . 0 | Quote }}
podIPs: [{ip: {{ index . 0 | Quote }}}]
{{ end }}
`
}

function succeededPod(): string {
  return `{{ $now := Now }}
phase: Succeeded
containerStatuses:
{{ range .spec.containers }}
- {name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: {{ .image | Quote }}, ready: false, started: false, restartCount: 0, state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}}
{{ end }}
`
}
