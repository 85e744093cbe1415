// goosefs playground: the verbs for people and tests that no real CLI has
import { readArguments, UsageError } from './arguments.ts'
import type { Happening } from './events.ts'
import { countJobs } from './jobservice.ts'
import { KNOBS } from './knobs.ts'
import type { Command, Shell } from './shell.ts'
import { normalise } from './tree.ts'

/** The data that `init` makes: two directories of a training set, a model, a name that is not ASCII. */
const DEMO: Happening[] = [
  { t: 'put', path: '/datasets/images', files: 16, bytes: 3_000_000 },
  { t: 'put', path: '/datasets/labels.csv', bytes: 120_000 },
  { t: 'put', path: '/models/goose-7b/weights.bin', bytes: 900_000_000 },
  { t: 'put', path: '/models/goose-7b/config.json', bytes: 2_048 },
  { t: 'put', path: '/数据集/样本 1.bin', bytes: 5_000 },
]

function readBytes(text: string | undefined): number {
  const match = /^(\d+)([kmgt]?)b?$/i.exec(text ?? '')
  if (match === null) throw new UsageError('--bytes takes a number, with k, m, g or t if wanted')
  return Number(match[1]) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf((match[2] ?? '').toLowerCase())
}

function readPath(shell: Shell): string {
  const path = shell.argv.find(arg => arg.startsWith('/'))
  if (path === undefined) throw new UsageError('an absolute path is missing')
  return normalise(path)
}

function readPut(shell: Shell): Happening[] {
  const args = readArguments(shell.argv, { bytes: true, files: true, text: true })
  const files = args.value('files')
  const text = args.value('text')
  const bytes = text === undefined ? readBytes(args.value('bytes')) : Buffer.byteLength(text)
  return [{ t: 'put', path: readPath(shell), bytes, text, files: files === undefined ? undefined : Number(files) }]
}

function readKnob(shell: Shell): Happening[] {
  return shell.argv.map(pair => {
    const [key = '', ...value] = pair.split('=')
    if (!(key in KNOBS)) throw new UsageError(`there is no knob ${key}; see goosefs playground help`)
    return { t: 'knob', key, value: value.join('=') }
  })
}

const VERBS: Record<string, (shell: Shell) => Happening[]> = {
  init: () => DEMO,
  put: readPut,
  replace: readPut,
  mkdir: shell => [{ t: 'mkdir', path: readPath(shell) }],
  rm: shell => [{ t: 'rm', path: readPath(shell) }],
  evict: shell => [{ t: 'evict', path: readPath(shell) }],
  chmod: shell => {
    const mode = readArguments(shell.argv, { mode: true }).value('mode') ?? '755'
    return [{ t: 'chmod', path: readPath(shell), mode: Number.parseInt(mode, 8) }]
  },
  knob: readKnob,
}

const HELP = `goosefs playground VERB: a simulated GooseFS; nothing here touches a real cluster

  init                               make a small demo data set
  put PATH --bytes N [--files N]     an object, or N objects part-00000 … under PATH
  put PATH --text WORDS              an object that holds these words
  replace PATH --bytes N             another object of the same name (shorter, longer, or changed)
  mkdir PATH                         an empty directory
  rm PATH                            take an object or a tree out of the under storage
  evict PATH                         take it out of the cache
  chmod PATH --mode 000              a directory that nobody can list looks empty
  knob NAME=VALUE …                  set a knob (NAME= unsets it)
  state                              everything in one JSON object

Environment: GANDER_PLAYGROUND_DIR, _ERA (A to F), _BRAND (GooseFS, Alluxio), _STRICT25=1, and each knob as
GANDER_PLAYGROUND_<NAME>. Knobs:
`

async function printState(shell: Shell): Promise<void> {
  const world = shell.journal.look()
  const { era, brand, version, dir } = shell.settings
  const state = {
    simulated: true,
    era,
    brand,
    version,
    dir,
    cachedBytes: world.cachedBytes,
    cachedFiles: world.lru.size,
    jobs: countJobs(world),
    pending: world.pending.length,
    knobs: world.knobs,
    pins: [...world.pins],
    mounts: Object.fromEntries([...world.mounts].map(([path, mount]) => [path, mount.ufs])),
    ttls: Object.fromEntries(world.ttls),
  }
  await shell.out.line(JSON.stringify(state, null, 2))
}

export const playground: Command = async shell => {
  const [verb = 'help', ...rest] = shell.argv
  const inner = { ...shell, argv: rest }
  if (verb === 'state') {
    await printState(inner)
    return 0
  }
  const read = VERBS[verb]
  if (read === undefined) {
    const knobs = Object.entries(KNOBS).map(([name, meaning]) => `  ${name.padEnd(12)} ${meaning}\n`)
    await shell.out.raw(HELP + knobs.join(''))
    return verb === 'help' ? 0 : 255
  }
  const happenings = read(inner)
  shell.journal.commit(() => happenings)
  return 0
}
