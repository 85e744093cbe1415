#!/usr/bin/env node
// gander, the command-line client: reads the command line, runs one verb, exits with its code
import { toError } from '../shared/errors.ts'
import { EXIT, Failure } from './failure.ts'
import { createApi } from './http.ts'
import { readOptions } from './options.ts'
import { type Chosen, readCommandLine } from './program.ts'
import { createScreen, type Screen } from './screen.ts'
import { VERBS } from './verbs.ts'
import { VERSION } from './version.ts'

const DEFAULT_URL = 'http://127.0.0.1:8080'
const DEFAULT_PATIENCE_MS = 300_000

async function run(screen: Screen, chosen: Chosen): Promise<number> {
  const given = {
    ...chosen.given,
    url: chosen.given['url'] ?? (process.env['GANDER_URL'] || undefined),
    token: chosen.given['token'] ?? (process.env['GANDER_TOKEN'] || undefined),
  }
  const options = readOptions(given, chosen.verb.options)
  const api = createApi({
    url: options.url ?? DEFAULT_URL,
    token: options.token,
    patienceMs: options.reconnect ?? DEFAULT_PATIENCE_MS,
  })
  return chosen.verb.run({ api, screen, options, words: chosen.words })
}

async function main(): Promise<number> {
  const screen = createScreen(process.env)
  const chosen = readCommandLine(VERBS, { version: VERSION, argv: process.argv.slice(2) })
  if (typeof chosen === 'number') return chosen
  try {
    return await run(screen, chosen)
  } catch (thrown) {
    // whoever read our output has seen enough: that is no failure
    if (screen.gone.aborted && toError(thrown).name === 'AbortError') return EXIT.cached
    const expected = thrown instanceof Failure
    screen.news(`gander: ${expected ? thrown.message : (toError(thrown).stack ?? String(thrown))}`)
    return expected ? thrown.exit : EXIT.failed
  }
}

process.exit(await main())
