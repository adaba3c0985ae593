import * as z from 'zod/mini'

const program = z.object({ path: z.string(), version: z.string() })

/** What a control plane is made of: each program's path and version. */
export const programsSchema = z.object({
  etcd: program,
  'kube-apiserver': program,
  'kube-controller-manager': program,
  'kube-scheduler': program,
  kwok: program,
})

export type KubernetesPrograms = z.output<typeof programsSchema>
export type KubernetesProgram = keyof KubernetesPrograms
export const kubernetesPrograms = Object.keys(programsSchema.shape) as KubernetesProgram[]
