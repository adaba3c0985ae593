/** A REST operation: its method, its path (`*` is one path segment, `**` the rest) and its name. */
export type Route = readonly [method: string, pattern: string, action: string]

/** The operation of a method and decoded path, or undefined when it is none of the routes. */
export function actionOfRoute(routes: readonly Route[], method: string, path: string): string | undefined {
  const segments = path.replace(/(?<=.)\/$/, '').split('/')
  return routes.find(([routeMethod, pattern]) => routeMethod === method && matches(pattern.split('/'), segments))?.[2]
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const rest = pattern.at(-1) === '**'
  const fixed = rest ? pattern.slice(0, -1) : pattern
  return (
    (rest ? segments.length > fixed.length : segments.length === fixed.length) &&
    fixed.every((part, index) => part === '*' || part === segments[index])
  )
}
