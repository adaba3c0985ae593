import pc from 'picocolors'

export type Paint = (text: string) => string

/** Colours of one stream. Without colour each function returns its text as it is. */
export interface Style {
  readonly enabled: boolean
  bold: Paint
  dim: Paint
  red: Paint
  green: Paint
  yellow: Paint
  cyan: Paint
}

/** The colours to use on a stream, or plain text. */
export function createStyle(enabled: boolean): Style {
  const { bold, dim, red, green, yellow, cyan } = pc.createColors(enabled)
  return { enabled, bold, dim, red, green, yellow, cyan }
}

/**
 * Whether to use colours: never with `--no-color`, `NO_COLOR` (https://no-color.org) or a dumb terminal;
 * otherwise on a terminal, or anywhere with `FORCE_COLOR`.
 */
export function wantsColor(options: { isTTY: boolean; requested: boolean; env: Readonly<Record<string, string | undefined>> }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = options.env
  if (!options.requested || (NO_COLOR !== undefined && NO_COLOR !== '')) return false
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false') return true
  return options.isTTY && TERM !== 'dumb'
}
