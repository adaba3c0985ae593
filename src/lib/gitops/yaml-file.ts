import { stringify } from 'yaml'
import type { KubernetesObject } from '../core/kubernetes.js'
import type { TemplateFile } from '../templates/shipped.js'

/** An object as a file of the repository. */
export function yamlFile(path: string, object: KubernetesObject, comment: string): TemplateFile {
  return { path, content: `# ${comment} Made by platform; your edits are kept.\n${stringify(object, { lineWidth: 0 })}` }
}
