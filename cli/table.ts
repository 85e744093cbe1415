// rows of cells as aligned text columns

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu
const COLOUR = /\u001b\[\d+m/g

/** Columns a text takes on a terminal: wide characters (中文) take two, colours none. */
export function toWidth(text: string): number {
  const bare = text.replace(COLOUR, '')
  return [...bare].length + (bare.match(WIDE)?.length ?? 0)
}

/** Lines of a table, columns two blanks apart; the last column is not padded. */
export function toTable(rows: readonly (readonly string[])[], indent = ''): string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, toWidth(cell))
    })
  }
  return rows.map(row => {
    const cells = row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - toWidth(cell)))
    return `${indent}${cells.join('  ')}`.trimEnd()
  })
}
