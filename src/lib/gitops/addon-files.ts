import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import { addonCatalogue, addonTemplates } from '../config/addons/catalogue.js'
import type { Addon, Catalogue } from '../config/addons/catalogue-schema.js'
import { type Mirrors, mirrorValues } from '../config/addons/mirror.js'
import type { Role } from '../config/choices.js'
import type { Project } from '../config/project.js'
import { isSystemError } from '../core/errors.js'
import { fieldsAt } from '../core/plain-data.js'
import { mergeValues } from '../helm/chart.js'
import type { TemplateFile } from '../templates/shipped.js'
import { enabledAddons } from './addon-metadata.js'
import { addonApplicationSet } from './addon-application-set.js'
import { applicationSetFile, GITOPS, valueFile } from './places.js'
import { yamlFile } from './yaml-file.js'

/** The add-ons that some cluster has, in the order of their names. */
export function addonsInUse({ environments }: Pick<Project, 'environments'>): string[] {
  const clusters = [...environments.values()].filter(({ isolation }) => isolation === 'hard')
  return [...new Set(clusters.flatMap((environment) => enabledAddons(environment).map(({ name }) => name)))].sort()
}

/**
 * What the repository has of each add-on in use: its ApplicationSet, the values that come with platform, and plain objects beside its chart.
 * @param options.templates folder of the add-ons. Default: the one that comes with platform.
 */
export async function addonFiles(
  project: Pick<Project, 'environments' | 'platform'>,
  {
    templates = addonTemplates,
    catalogue = addonCatalogue(),
    names = addonsInUse(project),
  }: { templates?: string; catalogue?: Catalogue['addons']; names?: readonly string[] } = {},
): Promise<TemplateFile[]> {
  const files: TemplateFile[] = [{ path: `${GITOPS.addons}/README.md`, content: README }]
  for (const name of names) {
    const addon = catalogue[name]
    if (addon) files.push(...(await filesOf(name, addon, { project, templates })))
  }
  return files
}

async function filesOf(
  name: string,
  addon: Addon,
  { project, templates }: { project: Pick<Project, 'platform'>; templates: string },
): Promise<TemplateFile[]> {
  const values = await Promise.all([
    shippedFile(`${templates}/values/${name}.yaml`, `${GITOPS.addons}/default/${name}.yaml`),
    ...addon.clusters.map(async (role) =>
      shippedFile(`${templates}/values/${role}/${name}.yaml`, `${GITOPS.addons}/roles/${role}/${name}.yaml`),
    ),
  ])
  const common = await shippedFolder(`${templates}/resources/${name}`, `${GITOPS.addons}/resources/${name}`)
  const byRole = await Promise.all(
    addon.clusters.map(async (role) => ({
      role,
      files: await shippedFolder(`${templates}/resources/${role}/${name}`, `${GITOPS.addons}/resources/${role}/${name}`),
    })),
  )
  const hasRoles = byRole.some(({ files }) => files.length > 0)
  const set = addonApplicationSet(name, addon, {
    mirrors: project.platform.mirrors,
    resources: { common: common.length > 0, byRole: hasRoles },
  })
  return [
    yamlFile(applicationSetFile(name), set, `${addon.title}, in every cluster that asks for it.`),
    ...values.flat(),
    ...mirrorFile(name, addon, { mirrors: project.platform.mirrors, values: values.flat() }),
    ...common,
    // One ApplicationSet serves all roles, so where one of them has a folder, each has.
    ...byRole.flatMap(({ role, files }) => (hasRoles && files.length === 0 ? [emptyFolder(role, name)] : files)),
  ]
}

function emptyFolder(role: Role, name: string): TemplateFile {
  return { path: `${GITOPS.addons}/resources/${role}/${name}/README.md`, content: `Nothing beside the chart in ${role} clusters.\n` }
}

/** Has its images come from the mirror, if there is one. The names of the images are those of the values that come with platform. */
function mirrorFile(
  name: string,
  addon: Addon,
  { mirrors, values }: { mirrors: Mirrors | undefined; values: readonly TemplateFile[] },
): TemplateFile[] {
  const below = mergeValues(values.map(({ content }) => fieldsAt(parse(content))))
  const found = mirrorValues(addon, mirrors, below)
  if (!found) return []
  const comment = '# Images of the mirror that platform.yaml names. Made by platform; your edits are kept.\n'
  return [{ path: valueFile('mirror', name), content: `${comment}${stringify(found, { lineWidth: 0 })}` }]
}

async function shippedFile(file: string, target: string): Promise<TemplateFile[]> {
  try {
    return [{ path: target, content: await readFile(file, 'utf8') }]
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}

async function shippedFolder(folder: string, target: string): Promise<TemplateFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  })
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort()
  return Promise.all(names.map(async (name) => ({ path: `${target}/${name}`, content: await readFile(path.join(folder, name), 'utf8') })))
}

const README = `# Add-ons

One ApplicationSet for each add-on that is enabled somewhere, in \`applicationsets/\`. \`platform addon enable NAME\` writes them; the label
\`enable_<addon>\` of a cluster's Secret in \`gitops/clusters\` says which clusters have it, an annotation beside it in which version.

Helm values, later ones win:

    default/<addon>.yaml                      what platform thinks good; your edits are kept
    roles/<role>/<addon>.yaml                 what differs in management and workload clusters
    environments/<environment>/<addon>.yaml   yours
    clusters/<cluster>/<addon>.yaml           yours
    mirror/<addon>.yaml                       images of the mirror, where platform.yaml names one

Plain objects beside a chart lie in \`resources/<addon>\` and \`resources/<role>/<addon>\`.
`
