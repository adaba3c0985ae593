import type { Application } from '../argocd/application.js'
import { listApplications } from '../argocd/argocd.js'
import { addonCatalogue, releaseOf } from '../config/addons/catalogue.js'
import type { Addon } from '../config/addons/catalogue-schema.js'
import { runsOn } from '../config/addons/window.js'
import type { Environment, Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { addonApplication } from '../gitops/places.js'
import type { AddonsContext } from './context.js'
import { environmentOf } from './place.js'

export interface AddonInEnvironment {
  environment: string
  enabled: boolean
  version: string
  /** Whether it runs on the Kubernetes version of the environment; null: the catalogue does not know this version. */
  fits: boolean | null
  /** What Argo CD says; null: it has no application for it, or cannot be asked. */
  sync: string | null
  health: string | null
  /** The version that Argo CD brings. */
  deployed: string | null
}

export interface ListedAddon {
  name: string
  title: string
  description: string
  /** The version that the catalogue recommends. */
  recommended: string
  /** Of the program in it. */
  appVersion: string | null
  kubernetes: { from: string; to: string }
  roles: string[]
  environments: AddonInEnvironment[]
}

export interface AddonList {
  addons: ListedAddon[]
  /** Why the state in the clusters is not known; null: it is. */
  unknown: string | null
}

/** Every add-on of the catalogue, and where it is enabled. Argo CD is asked how it is there, where it can be reached. */
export async function listAddons(context: AddonsContext, { environment }: { environment?: string | undefined } = {}): Promise<AddonList> {
  const environments = environmentsOf(context.project, environment)
  const applications = await applicationsOf(context)
  const known = Array.isArray(applications) ? applications : []
  const addons = Object.entries(addonCatalogue()).map(([name, addon]) => ({
    name,
    title: addon.title,
    description: addon.description,
    recommended: addon.version,
    appVersion: addon.appVersion ?? null,
    kubernetes: addon.kubernetes,
    roles: addon.clusters,
    environments: environments.flatMap((each) => stateIn(each, { name, addon, applications: known })),
  }))
  const concerned = environment === undefined ? addons : addons.filter((addon) => addon.environments.length > 0)
  return { addons: concerned, unknown: Array.isArray(applications) ? null : applications.reason }
}

function environmentsOf(project: Project, name: string | undefined): Environment[] {
  if (name !== undefined) return [environmentOf(project, name)]
  return [...project.environments.values()].filter(({ isolation }) => isolation === 'hard')
}

/** Not reaching the cluster is no failure of the list: what Git says is known all the same. */
async function applicationsOf(context: AddonsContext): Promise<Application[] | { reason: string }> {
  try {
    return await listApplications(await context.hub())
  } catch (error) {
    if (!(error instanceof UserError) || error.code === 'Interrupted') throw error
    return { reason: [error.message, error.reason].filter((part) => part !== undefined).join(' ') }
  }
}

function stateIn(
  { name: environment, addons, cluster }: Environment,
  { name, addon, applications }: { name: string; addon: Addon; applications: readonly Application[] },
): AddonInEnvironment[] {
  const decided = addons[name]
  if (!decided) return []
  const release = releaseOf(addon, decided.version)
  const application = applications.find((each) => each.name === addonApplication(name, environment))
  return [
    {
      environment,
      ...decided,
      fits: release ? runsOn(release, cluster.kubernetesVersion) : null,
      sync: application?.sync ?? null,
      health: application?.health ?? null,
      deployed: application?.targetRevision ?? null,
    },
  ]
}
