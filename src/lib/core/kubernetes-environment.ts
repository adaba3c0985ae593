type Env = Readonly<Record<string, string | undefined>>

/** Variables with which the caller could send kubectl or helm to another cluster, or change what they do. */
const LEFT_OUT = /^(?:KUBECONFIG$|KUBECTL_|KUBERC$|KUBE_|KUBERNETES_|HELM_)/

/** The environment of kubectl and helm: the caller's, for the program that makes tokens signs with it. */
export function kubernetesEnvironment(env: Env, extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !LEFT_OUT.test(entry[0]))
  return { ...Object.fromEntries(kept), KUBERC: 'off', LC_ALL: 'C', ...extra }
}
