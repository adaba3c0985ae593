/**
 * Minor versions of Amazon EKS in standard support, oldest first.
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
export const supportedKubernetesVersions = ['1.34', '1.35', '1.36'] as const

export type KubernetesVersion = (typeof supportedKubernetesVersions)[number]

/** The newest version that lies inside every add-on's window. */
export const defaultKubernetesVersion: KubernetesVersion = '1.35'
