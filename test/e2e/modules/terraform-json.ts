/** A managed resource in `terraform show -json`. */
export interface StateResource {
  address: string
  mode: 'managed' | 'data'
  type: string
  values: Record<string, unknown>
}

interface StateModule {
  resources?: StateResource[]
  child_modules?: StateModule[]
}

interface PlannedChange {
  address: string
  mode: 'managed' | 'data'
  change: { actions: string[]; importing?: { id: string } }
}

/** Managed resources of the JSON that `terraform show -json` prints for a state. */
export function resourcesOf(json: string): StateResource[] {
  const { values } = JSON.parse(json) as { values?: { root_module: StateModule } }
  const visit = (module: StateModule): StateResource[] => [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(visit)]
  return values ? visit(values.root_module).filter(({ mode }) => mode === 'managed') : []
}

/** Addresses by what a plan does to them (`create`, `delete,create` …). `import` counts besides the action. */
export function actionsOf(json: string): Record<string, string[]> {
  const { resource_changes: changes = [] } = JSON.parse(json) as { resource_changes?: PlannedChange[] }
  const result: Record<string, string[]> = {}
  for (const { address, mode, change } of changes) {
    if (mode !== 'managed') continue
    for (const action of [change.actions.join(','), ...(change.importing ? ['import'] : [])]) (result[action] ??= []).push(address)
  }
  return result
}
