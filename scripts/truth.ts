// docs/truth.md: what the last run of all troubles on both versions came to
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Column, type Entry, isExitRight, readEntries } from '../test/alluxio/truth/book.ts'

const VERSIONS: readonly Column[] = ['2.5', '2.9']

/** Writes the table from the kept entries of both versions. */
export function writeTruth(): void {
  const entries = new Map(VERSIONS.map(version => [version, readEntries(version)]))
  const file = fileURLToPath(new URL('../docs/truth.md', import.meta.url))
  writeFileSync(file, toPage(entries))
  console.log(`wrote ${file}`)
}

// what no listing, report or web tells, so that no test could be right about it
const LIMITS = [
  '## What cannot be seen from outside',
  '',
  '- An object replaced by another of the same length and the same modification time: the cluster takes it for the same one.',
  '- On 2.9 a directory that the servers may not read is mostly left out of every listing, as if it were not there; on 2.5 it is',
  '  listed without content, and named. The same of entries hidden from the user of the agent, which 2.9 loads all the same.',
  '- How many copies of a block there are: with enough workers a load of several copies is cached, "copies not verified".',
  '- With `freshness: known` whatever changed in the object store since it was listed; the verdict says that it was not looked at.',
  '- Which of several workers holds a block: while one of them is silent the verdict is `unverified`.',
  '',
]

function toPage(entries: ReadonlyMap<Column, readonly Entry[]>): string {
  const parts = VERSIONS.flatMap(version => {
    const mine = (entries.get(version) ?? []).filter(entry => entry.on === 'cluster')
    return [
      `## Alluxio ${version === '2.5' ? '2.5.0' : '2.9.3'}, a real cluster`,
      '',
      ...toTable(mine),
      '',
      toScore(mine),
      '',
    ]
  })
  const simulated = [...entries.values()].flat().filter(entry => entry.on === 'playground')
  return [
    '# The truth table',
    '',
    'What goes wrong with a cluster while a load runs, what the exit code of `distributedLoad` made of it, what was really in the',
    'cache (looked up beside Gander: the under storage, a refreshed listing, the heartbeat of the worker), and what Gander said.',
    'An exit code is right when it is 0 and everything is cached, or not 0 and something is missing.',
    '',
    `Each line is the last run of its scenario (written ${new Date().toISOString().slice(0, 10)}). \`npm run test:alluxio -- --all\` runs all of them and`,
    'writes this page; `npm run test:alluxio -- --version 2.9 --row 5` runs one row. Each is a test that fails when verdict, cause or',
    'sentence are not these.',
    '',
    ...parts,
    ...LIMITS,
    '## Simulated',
    '',
    'What a real cluster cannot be made to do: on the playground, with the words of the real command line.',
    '',
    ...toTable(simulated),
    '',
    toScore(simulated),
    '',
  ].join('\n')
}

function toTable(entries: readonly Entry[]): string[] {
  const rows = entries.map(({ row, title, seen }) => {
    if (seen === undefined) return [String(row), title, '', '', 'not run', 'wrong']
    const exit = `${seen.exit.words}: ${isExitRight(seen) ? 'right' : '**wrong**'}`
    return [String(row), title, exit, seen.truth.words, seen.said, 'right']
  })
  const head = ['row', 'what happens', 'exit code', 'the truth', 'Gander said', 'which is']
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.map(toCell).join(' | ')} |`)
}

const toCell = (text: string): string => text.replaceAll('|', '\\|')

function toScore(entries: readonly Entry[]): string {
  const known = entries.flatMap(({ seen }) => seen ?? [])
  return `Of ${entries.length} scenarios the exit code was right in ${known.filter(isExitRight).length}, Gander in ${known.length}.`
}
