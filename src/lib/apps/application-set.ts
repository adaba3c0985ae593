import type { GitPlace } from '../config/git-place.js'
import type { KubernetesObject } from '../core/kubernetes.js'
import { APPS_FOLDER, OVERLAY_FILE, VALUES_FILE } from './model.js'

export const APPLICATION_SET = 'apps'
export const APPLICATION_SET_FILE = 'gitops/bootstrap/apps.yaml'

const APP = '{{ index .path.segments 2 }}'
const ENVIRONMENT = '{{ index .path.segments 4 }}'

/** An environment whose changes wait for `app sync` has no automated policy at all. */
const AUTO_SYNC = `{{- if .autoSync }}
spec:
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
{{- end }}
`

/**
 * Finds the overlays of all applications. It never deletes an Application: a folder that vanishes by accident takes nothing along, and
 * `app delete` deletes by itself. What a pause writes into an Application stays there.
 */
export function appsApplicationSet(git: GitPlace): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: APPLICATION_SET, namespace: 'argocd', labels: { 'app.kubernetes.io/managed-by': 'platform' } },
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [
        {
          git: {
            repoURL: git.url,
            revision: git.branch,
            requeueAfterSeconds: 60,
            files: [{ path: `${APPS_FOLDER}/*/environments/*/${OVERLAY_FILE}` }],
          },
        },
      ],
      syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
      // Who paused an application, and why, is not in Git.
      preservedFields: { annotations: ['platform.dev/paused-by', 'platform.dev/paused-because'] },
      ignoreApplicationDifferences: [{ jqPathExpressions: ['.spec.syncPolicy.automated.enabled'] }],
      template: {
        metadata: { name: `${APP}.${ENVIRONMENT}`, labels: { app: APP, environment: ENVIRONMENT } },
        spec: {
          project: `apps-${ENVIRONMENT}`,
          source: {
            repoURL: git.url,
            targetRevision: git.branch,
            path: `${APPS_FOLDER}/${APP}/base/{{ .base }}`,
            helm: { releaseName: APP, valueFiles: [`/${APPS_FOLDER}/${APP}/environments/${ENVIRONMENT}/${VALUES_FILE}`] },
          },
          destination: { name: ENVIRONMENT, namespace: '{{ .namespace }}' },
          syncPolicy: { syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'] },
        },
      },
      templatePatch: AUTO_SYNC,
    },
  }
}
