// runs the tests that need a real Alluxio cluster; without a JDK or Maven it says so, which only CI takes as a failure
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { realClusterAvailable, type Version } from '../test/alluxio/real-cluster.ts'
import { writeTruth } from './truth.ts'

const HELP = `usage: npm run test:alluxio -- [--version 2.5|2.9] [--row N]... [--all]

Without options: the tests of the main job and every row of the truth table on Alluxio 2.5, then the rows on 2.9 in which
the two differ most (${rowsOf29().join(', ')}).
  --row N        only this row of the table; several may be named
  --version V    on this version only, default 2.5 with --row
  --all          every row on both versions, then writes docs/truth.md
A cluster that runs in GANDER_ALLUXIO_HOME (GANDER_ALLUXIO_29_HOME) is joined; see test/alluxio/README.md.
`

/** One vitest run against one cluster. */
type Round = { readonly version: Version; readonly rows: readonly string[]; readonly files: readonly string[] }

function rowsOf29(): string[] {
  return ['4', '5', '6', '10', '16', '18']
}

function readRounds(): { rounds: Round[]; all: boolean } | undefined {
  const { values } = parseArgs({
    options: {
      version: { type: 'string' },
      row: { type: 'string', multiple: true },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { version, row = [], all } = values
  if (values.help) {
    console.log(HELP)
    return undefined
  }
  if (version !== undefined && version !== '2.5' && version !== '2.9')
    throw new Error(`--version must be 2.5 or 2.9, got ${version}`)
  const wrong = row.find(one => !/^\d+$/.test(one))
  if (wrong !== undefined) throw new Error(`--row must be the number of a row, got ${wrong}`)
  const files = ['truth.test.ts']
  if (row.length > 0) return { all: false, rounds: [{ version: version ?? '2.5', rows: row, files }] }
  if (version !== undefined && !all) return { all: false, rounds: [{ version, rows: [], files }] }
  if (all) {
    const versions: Version[] = version === undefined ? ['2.5', '2.9'] : [version]
    return { all: version === undefined, rounds: versions.map(one => ({ version: one, rows: [], files })) }
  }
  const everything: Round[] = [
    { version: '2.5', rows: [], files: [] },
    { version: '2.9', rows: rowsOf29(), files },
  ]
  return { all: false, rounds: everything }
}

/** Runs the tests of a round; answers the exit code. */
function runRound({ version, rows, files }: Round): Promise<number> {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '-c', 'test/alluxio/vitest.config.ts', ...files]
  const env = { ...process.env, GANDER_TRUTH_VERSION: version, GANDER_TRUTH_ROWS: rows.join(',') }
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  const pass = (): void => void child.kill('SIGTERM')
  process.on('SIGTERM', pass)
  return new Promise(done => {
    child.on('close', (code, signal) => {
      process.off('SIGTERM', pass)
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}

async function run(): Promise<number> {
  let work: ReturnType<typeof readRounds>
  try {
    work = readRounds()
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown)
    return 2
  }
  if (work === undefined) return 0
  for (const { version } of work.rounds) {
    const { ok, reason } = await realClusterAvailable(version)
    if (ok) continue
    console.log(`The tests against a real cluster did not run: ${reason}.`)
    return process.env['CI'] === 'true' ? 1 : 0
  }
  // a terminal's interrupt reaches the child by itself; it ends the cluster, so wait for it
  process.on('SIGINT', () => {})
  let worst = 0
  for (const round of work.rounds) worst = Math.max(worst, await runRound(round))
  if (work.all && worst === 0) writeTruth()
  return worst
}

process.exitCode = await run()
