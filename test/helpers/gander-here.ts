// gander in this process: the same as the program does, without the time that a process takes
import { Failure } from '../../cli/failure.ts'
import { createApi } from '../../cli/http.ts'
import { readOptions } from '../../cli/options.ts'
import { readCommandLine } from '../../cli/program.ts'
import type { Screen } from '../../cli/screen.ts'
import { VERBS } from '../../cli/verbs.ts'

export type Told = { code: number; stdout: string; stderr: string }

/** Runs a command line against a daemon. What commander itself prints goes to the streams of this process. */
export async function ganderHere(argv: readonly string[], at: { url: string; token: string }): Promise<Told> {
  const told = { stdout: '', stderr: '' }
  const say = (where: keyof typeof told) => (text: string) => {
    told[where] += `${text}\n`
  }
  const plain = (_: unknown, text: string) => text
  const screen: Screen = {
    line: async text => say('stdout')(text),
    bytes: async () => {},
    json: async value => say('stdout')(JSON.stringify(value)),
    news: say('stderr'),
    ...{ paint: plain, newsPaint: plain, live: false, interactive: false, columns: () => 80 },
    gone: new AbortController().signal,
  }
  const chosen = readCommandLine(VERBS, { version: '0', argv })
  if (typeof chosen === 'number') return { code: chosen, ...told }
  try {
    const options = readOptions(chosen.given, chosen.verb.options)
    const api = createApi({ ...at, patienceMs: 1_000 })
    return { code: await chosen.verb.run({ api, screen, options, words: chosen.words }), ...told }
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return { code: thrown.exit, stdout: told.stdout, stderr: `gander: ${thrown.message}\n` }
  }
}
