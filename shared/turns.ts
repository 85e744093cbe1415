// long work in short turns, so that nobody else waits for it

/** Rows that are looked at in one go. */
const MOST_AT_ONCE = 200

/** All that `make` makes of the rows, in their order. `turn` resolves when others have had their turn. */
export async function inTurns<Row, Made>(
  rows: readonly Row[],
  make: (row: Row) => readonly Made[],
  turn: () => Promise<unknown>,
): Promise<Made[]> {
  const made: Made[] = []
  for (const [at, row] of rows.entries()) {
    if (at > 0 && at % MOST_AT_ONCE === 0) await turn()
    made.push(...make(row))
  }
  return made
}
