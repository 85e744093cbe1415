// a real Alluxio cluster as an object of verbs: what tests need of the kit beside it
import { type ExecFileException, execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const KIT = fileURLToPath(new URL('cluster', import.meta.url))
const ENVIRONMENT = { ...process.env, LC_ALL: 'C.UTF-8' }

export type Version = '2.5' | '2.9'
const HOME_OF = { '2.5': 'GANDER_ALLUXIO_HOME', '2.9': 'GANDER_ALLUXIO_29_HOME' } as const
export type Role = 'master' | 'worker' | 'job-master' | 'job-worker' | 'proxy'
export type Signal = 'KILL' | 'TERM' | 'STOP' | 'CONT'

export interface RealClusterOptions {
  /** Folder of jars, configuration, journal, cache and under storage; default: `GANDER_ALLUXIO_HOME` (`GANDER_ALLUXIO_29_HOME`), else the user's cache folder. */
  home?: string
  version?: Version
  /** Cache size of the one worker and block size, as Alluxio writes sizes. */
  quota?: string
  block?: string
  /** First of 12 ports; default: `GANDER_ALLUXIO_PORT_BASE` (and 100 more for 2.9), else what the home remembers, else the kit's own. */
  portBase?: number
  /** Further lines of alluxio-site.properties, as `key=value`. */
  props?: readonly string[]
}

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

export interface RealCluster {
  version: Version
  home: string
  goosefsBin: string
  /** Folder that is the root of the under storage: `/a/b` of the cache is `<ufs>/a/b`. */
  ufs: string
  masterWeb: string
  jobMasterWeb: string
  proxyWeb: string
  /** Writes an object behind the cache's back; a directory that was listed before shows it only after a refresh. */
  put(path: string, bytes: string | Uint8Array): Promise<void>
  /** Removes an object or a tree behind the cache's back. */
  remove(path: string): Promise<void>
  /** Runs the cluster's `goosefs`; a non-zero exit is a value, not an error. */
  goosefs(...args: string[]): Promise<Ran>
  kill(role: Role, signal?: Signal): Promise<void>
  /** The same as a line of bash, for a script that knows the moment. */
  killLine(role: Role, signal?: Signal): string
  start(role: Role): Promise<void>
  /** Whether its process lives and is not held, as the system says: what masters tell of others is seconds old. */
  lives(role: Role): Promise<boolean>
  /** Mends what `kill` broke, and answers which servers that were. */
  mend(): Promise<readonly Role[]>
  /** Mends, and stops the cluster unless it was already running before. Data is kept. */
  down(): Promise<void>
}

/** Where the jars and data of a version live unless told otherwise: the same place as the kit's own default. */
export function defaultHome(version: Version): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return resolve(process.env[HOME_OF[version]] || join(cache, 'gander-alluxio', version))
}

/** Whether a cluster can be started here, and what is lacking if not. Maven is needed only until the jars are there. */
export async function realClusterAvailable(version: Version = '2.5'): Promise<{ ok: boolean; reason: string }> {
  if (process.platform !== 'linux') return { ok: false, reason: `the kit needs Linux, this is ${process.platform}` }
  const javaHome = process.env['JAVA_HOME']
  const fromHome = javaHome ? join(javaHome, 'bin', 'java') : ''
  const java = process.env['JAVA'] || (existsSync(fromHome) ? fromHome : 'java')
  if ((await run(java, ['-version'])).code !== 0) return { ok: false, reason: 'no JDK found (8, 11 or 17)' }
  if (existsSync(join(defaultHome(version), 'lib', '.complete'))) return { ok: true, reason: '' }
  if ((await run('mvn', ['-v'])).code !== 0) return { ok: false, reason: 'no Maven found, and no jars downloaded yet' }
  return { ok: true, reason: '' }
}

/** Starts a cluster, or joins the one that already runs in the same home; the first start downloads about 150 MB. */
export async function createRealCluster(options: RealClusterOptions = {}): Promise<RealCluster> {
  const version = options.version ?? '2.5'
  const home = options.home ?? defaultHome(version)
  const kit = (...args: string[]): Promise<string> => must(KIT, [...args, '--home', home])
  const found = await isRunning(home)
  if (found) assertFits(home, { version, ...options })
  else await kit('up', ...upArguments({ version, ...options }))

  const env = readExports(await kit('env'))
  const goosefsBin = env('GOOSEFS_BIN')
  const ufs = env('GOOSEFS_TEST_UFS')
  const touched = new Set<Role>()

  async function mend(): Promise<readonly Role[]> {
    const broken = [...touched]
    for (const role of touched) {
      await run(KIT, ['kill', role, '-CONT', '--home', home]) // fails when the role is gone, and then it is started
      await kit('start', role)
    }
    touched.clear()
    return broken
  }

  return {
    version,
    home,
    goosefsBin,
    ufs,
    masterWeb: env('GOOSEFS_TEST_MASTER_WEB'),
    jobMasterWeb: env('GOOSEFS_TEST_JOB_MASTER_WEB'),
    proxyWeb: env('GOOSEFS_TEST_PROXY'),
    async put(path, bytes) {
      const file = inside(ufs, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, bytes)
    },
    remove: path => rm(inside(ufs, path), { recursive: true, force: true }),
    goosefs: (...args) => run(goosefsBin, args),
    async kill(role, signal = 'KILL') {
      touched.add(role)
      await kit('kill', role, `-${signal}`)
    },
    killLine(role, signal = 'KILL') {
      touched.add(role)
      return `'${KIT}' kill ${role} -${signal} --home '${home}'`
    },
    async start(role) {
      await kit('start', role)
    },
    async lives(role) {
      // fails when one of them is gone
      const { stdout } = await run(KIT, ['status', '--home', home])
      const state = new RegExp(`^${role} +pid \\d+ +state (\\S)`, 'm').exec(stdout)?.[1]
      return state !== undefined && state !== 'T'
    },
    mend,
    async down() {
      if (found) await mend()
      else await kit('down')
    },
  }
}

function upArguments(options: RealClusterOptions & { version: Version }): string[] {
  const given = Number(process.env['GANDER_ALLUXIO_PORT_BASE'] || 0)
  const base = options.portBase ?? (given && given + (options.version === '2.9' ? 100 : 0))
  return [
    ...['--version', options.version, '--quota', options.quota ?? '64MB', '--block', options.block ?? '1MB'],
    ...(base ? ['--port-base', String(base)] : []),
    ...(options.props ?? []).flatMap(line => ['--prop', line]),
  ]
}

async function isRunning(home: string): Promise<boolean> {
  if (!existsSync(join(home, 'run', 'settings'))) return false
  return (await run(KIT, ['status', '--home', home])).code === 0
}

/** A cluster that already runs keeps its settings, so what a test insists on has to be true of it. */
function assertFits(home: string, wanted: RealClusterOptions): void {
  const lines = readFileSync(join(home, 'run', 'settings'), 'utf8').split('\n')
  const { version, quota, block, portBase, props = [] } = wanted
  const asked = Object.entries({ version, quota, block, base: portBase }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  )
  const missing = [...asked, ...props.map(line => `prop=${line}`)].filter(line => !lines.includes(line))
  if (missing.length > 0) throw new Error(`the cluster that runs in ${home} was not started with ${missing.join(', ')}`)
}

function inside(ufs: string, path: string): string {
  const file = resolve(ufs, `.${path}`)
  if (!path.startsWith('/') || !file.startsWith(ufs + sep)) throw new Error(`expected a path below /, got "${path}"`)
  return file
}

function readExports(text: string): (name: string) => string {
  const values = new Map([...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
  return name => {
    const value = values.get(name)
    if (!value) throw new Error(`"cluster env" printed no ${name}`)
    return value
  }
}

async function must(file: string, args: string[]): Promise<string> {
  const ran = await run(file, args)
  if (ran.code === 0) return ran.stdout
  throw new Error(`${[file, ...args].join(' ')} ended with ${ran.code}: ${ran.stderr.trim() || ran.stdout.trim()}`)
}

/** A program's end as a value; 127 when it could not be started, 128 when a signal ended it. */
function run(file: string, args: string[]): Promise<Ran> {
  return new Promise(done => {
    // the CLI leaves lists of failed files where it stands
    const options = { env: ENVIRONMENT, cwd: tmpdir(), maxBuffer: 64 * 1024 * 1024 }
    const child = execFile(file, args, options, (error: ExecFileException | null, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : error.signal ? 128 : 127
      done({ code, stdout, stderr: stderr || (code === 127 ? String(error?.message) : '') })
    })
    child.stdin?.end()
  })
}
