import type { UserError } from '../core/errors.js'
import { errorDocument, renderError } from '../ui/error-view.js'
import { Screen } from '../ui/screen.js'

/** The streams of this process. */
export function createScreen(color: boolean): Screen {
  return new Screen({ stdout: process.stdout, stderr: process.stderr, color, env: process.env })
}

/** Prints an error: as the one document of stdout with `--json`, else for people on stderr. */
export function presentError(error: UserError, { json, screen }: { json: boolean; screen: Screen }): void {
  if (json) screen.data(JSON.stringify(errorDocument(error), null, 2))
  else screen.message(renderError(error, screen.messageStyle))
}
