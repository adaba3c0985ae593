import { stringify } from 'yaml'
import type { TemplateFile } from '../templates/shipped.js'
import { baseFolder } from './model.js'

/** Text of a template: nothing of the user is written into it; names come from Helm. */
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: &labels
    app.kubernetes.io/name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: *labels
  template:
    metadata:
      labels: *labels
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: {{ .Release.Name }}
          image: "{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag }}{{ end }}"
          ports:
            - { name: http, containerPort: {{ .Values.port }} }
          env:
            {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
          resources: {{- toYaml .Values.resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
`

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    app.kubernetes.io/name: {{ .Release.Name }}
  ports:
    - { name: http, port: 80, targetPort: http }
`

const DEFAULTS = {
  replicas: 2,
  image: { repository: '', tag: '', digest: '' },
  port: 8080,
  env: {},
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '128Mi' } },
}

/** Where a base comes from. */
export type BaseSource =
  | { kind: 'starter' }
  /** A chart of a repository, at an exact version: the base depends on it. */
  | { kind: 'chart'; name: string; repository: string; version: string }
  /** Plain manifests, by file name. */
  | { kind: 'manifests'; files: ReadonlyMap<string, string> }

/** The files of a base, which is always a Helm chart: `helm template` shows what it brings, without platform. */
export function baseFiles(app: string, version: string, source: BaseSource): TemplateFile[] {
  const folder = baseFolder(app, version)
  const chart = (extra: Record<string, unknown> = {}): TemplateFile => ({
    path: `${folder}/Chart.yaml`,
    content: stringify({ apiVersion: 'v2', name: app, version: chartVersion(version), ...extra }),
  })
  switch (source.kind) {
    case 'starter':
      return [
        chart(),
        { path: `${folder}/values.yaml`, content: stringify(DEFAULTS) },
        { path: `${folder}/templates/deployment.yaml`, content: DEPLOYMENT },
        { path: `${folder}/templates/service.yaml`, content: SERVICE },
      ]
    case 'chart': {
      const { name, repository, version: exact } = source
      return [
        chart({ dependencies: [{ name, repository, version: exact }] }),
        { path: `${folder}/values.yaml`, content: stringify({ [name]: {} }) },
      ]
    }
    case 'manifests':
      return [
        chart(),
        { path: `${folder}/values.yaml`, content: '{}\n' },
        ...[...source.files].map(([file, text]) => ({
          path: `${folder}/templates/${file}`,
          // Manifests are no templates: what looks like one means itself.
          content: text.replaceAll('{{', '{{ "{{" }}'),
        })),
      ]
  }
}

/** Charts need three numbers; a base may be called otherwise. */
function chartVersion(version: string): string {
  return /^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(version) ? version : '0.0.0'
}
