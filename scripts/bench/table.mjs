// Rows of the bench's table.

/** @param limit absent: for information only. */
export function row(figure, { unit, ours, peer, than, result, limit, kind }) {
  const sign = kind === 'ratio' ? '× ' : '+ '
  const [ok, most] = limit === undefined ? ['', ''] : [result <= limit, sign + limit]
  return { figure, unit, ours: round(ours), peer: round(peer), than, result: sign + round(result), limit: most, ok }
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function round(number) {
  return Math.round(number * 100) / 100
}
