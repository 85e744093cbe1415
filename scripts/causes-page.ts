// docs/causes.md as it follows from the table of causes
import { toReason } from '../shared/causes.ts'
import type { Facts, Words } from '../shared/facts.ts'
import { Cause, PASSING_CAUSES } from '../shared/verdict.ts'

const GIB = 1024 ** 3
const BARE: Facts = { files: 12 }
/** Numbers as a run might find them, to show how the sentences speak of them. */
const EXAMPLE: Facts = {
  ...{ files: 12, missingBytes: 2 * GIB, bytes: 4 * GIB, copies: 2 },
  workers: { live: 2, lost: 1, silent: 1, capacityBytes: 10 * GIB, usedBytes: 9 * GIB },
}

const HEAD = `# Causes

Written by \`npm run docs\` from \`shared/causes.ts\`; a test fails when it is stale.

Why a wanted file is not in the cache, in classes that a person can act on. A verdict counts files by cause
(\`missingByCause\`), names up to a hundred of them (\`missing\`), and carries these sentences (\`reasons\`); the command line
shows the English ones, the chat the Chinese ones. Where a sentence knows numbers, an example stands below it.
\`PATH\` and \`JOB\`, \`/路径\` and \`任务号\`, are to be filled in. A cause that nobody can tell is \`unknown\`; it is never guessed.

Tried again by itself: when a verdict names only causes that pass, the load runs again, at most twice within 30 minutes, and
loads only what is missing when those are a few places. A load that was refused for want of room is not tried again.

| cause | sentence | next step | tried again by itself |
| --- | --- | --- | --- |
`

/** The page. Pure: the same table makes the same text. */
export function toCausesPage(): string {
  return `${HEAD}${Cause.options.map(toRow).join('\n')}\n`
}

function toRow(cause: Cause): string {
  const bare = toReason(cause, BARE)
  const full = toReason(cause, EXAMPLE)
  const passes = PASSING_CAUSES.has(cause) ? 'yes' : 'no'
  const cells = [`\`${cause}\``, toCell(bare.text, full.text), toCell(bare.next, full.next), passes]
  return `| ${cells.join(' | ')} |`
}

function toCell(bare: Words, full: Words): string {
  const lines = [bare.en, bare.zh]
  if (full.en !== bare.en) lines.push(`*${full.en}*`, `*${full.zh}*`)
  return lines.map(line => line.replaceAll('|', '\\|')).join('<br>')
}
