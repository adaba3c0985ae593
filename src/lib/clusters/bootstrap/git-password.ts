import { stringify } from 'yaml'
import { ARGOCD_NAMESPACE } from '../../argocd/application.js'
import type { CodeCommitPlace } from '../../aws/codecommit-password.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import type { TemplateFile } from '../../templates/shipped.js'
import { GIT_SECRET } from './objects.js'

/** The job. Also its service account, which Pod Identity gives a role (Terraform module gitops). */
export const GIT_PASSWORD_JOB = 'argocd-git-credentials'
const NAME = GIT_PASSWORD_JOB
const IMAGE = 'public.ecr.aws/aws-cli/aws-cli:2.31.0'
const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'platform' }

/**
 * What the pod runs. It knows its values from variables only. The password is signed without asking AWS; CodeCommit takes it for 15 minutes.
 * Neither it nor the token of the pod is an argument of a program, where others could read it.
 */
export const PASSWORD_SCRIPT = `set -euo pipefail
account=\${SERVICE_ACCOUNT_FOLDER:-/var/run/secrets/kubernetes.io/serviceaccount}
answer=$(printf 'protocol=https\\nhost=%s\\npath=%s\\n\\n' "$GIT_HOST" "$GIT_PATH" | aws codecommit credential-helper get)
field() { sed -n "s/^$1=//p" <<< "$answer" | tr -d '\\n' | base64 -w0; }
username=$(field username)
password=$(field password)
[ -n "$username" ] && [ -n "$password" ]
printf '{"data":{"username":"%s","password":"%s"}}' "$username" "$password" |
  curl --fail --silent --show-error --output /dev/null --max-time 30 --request PATCH --data-binary @- \\
    --cacert "$account/ca.crt" --header @<(printf 'Authorization: Bearer %s' "$(cat "$account/token")") \\
    --header 'Content-Type: application/merge-patch+json' \\
    "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/api/v1/namespaces/$NAMESPACE/secrets/$SECRET"
`

/**
 * What keeps Argo CD's password for CodeCommit fresh: Argo CD itself knows CodeCommit as a list of repositories only, and signs nothing.
 * The job may change one Secret, and read none.
 */
export function gitPasswordObjects({ host, region, name }: CodeCommitPlace): KubernetesObject[] {
  const metadata = { name: NAME, namespace: ARGOCD_NAMESPACE, labels: MANAGED_BY }
  const variables = {
    AWS_REGION: region,
    GIT_HOST: host,
    GIT_PATH: `v1/repos/${name}`,
    HOME: '/tmp',
    NAMESPACE: ARGOCD_NAMESPACE,
    SECRET: GIT_SECRET,
  }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [GIT_SECRET], verbs: ['patch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: ARGOCD_NAMESPACE }],
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: {
        // A failed run leaves time for two more before the password ends.
        schedule: '*/5 * * * *',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 120,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
        jobTemplate: {
          spec: { backoffLimit: 2, activeDeadlineSeconds: 120, template: { metadata: { labels: MANAGED_BY }, spec: podSpec(variables) } },
        },
      },
    },
  ]
}

function podSpec(variables: Readonly<Record<string, string>>): Record<string, unknown> {
  return {
    serviceAccountName: NAME,
    restartPolicy: 'Never',
    securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'sign',
        image: IMAGE,
        command: ['bash', '-c', PASSWORD_SCRIPT],
        env: Object.entries(variables).map(([name, value]) => ({ name, value })),
        resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '192Mi' } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: {} }],
  }
}

/** Where the job lies in the repository. */
export function gitPasswordFileIn(folder: string): string {
  return `${folder}/git-credentials.yaml`
}

/** The same as a file of the repository. */
export function gitPasswordFile(folder: string, place: CodeCommitPlace): TemplateFile {
  const comment = "# Keeps Argo CD's password for CodeCommit fresh: it ends after 15 minutes. Made by platform; your edits are kept.\n"
  const documents = gitPasswordObjects(place).map((object) => stringify(object, { lineWidth: 0 }))
  return { path: gitPasswordFileIn(folder), content: comment + documents.join('---\n') }
}
