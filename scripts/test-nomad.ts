// runs Nomad's published clients, unmodified, against a real daemon, an agent and the playground
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createStack } from '../test/helpers/stack.ts'
import { buildAll } from './build.ts'

const HELP = `usage: npm run test:nomad -- [--go] [--java]

Lists, registers, watches, stops and purges a job through view 002 with clients that others have published:
  --go     github.com/hashicorp/nomad/api, through the Go module proxy
  --java   com.hashicorp.nomad:nomad-sdk, from Maven Central
Without options: those whose tools are there. One that is named and cannot run is a failure.
`
const DATA = '/data/db1'
const HOME = fileURLToPath(new URL('../test/dialects/nomad', import.meta.url))

/** What a client needs, and how it is run: each line is a program, its arguments, and where. `lib` is an empty directory. */
type Client = {
  readonly tools: readonly string[]
  readonly lines: (address: string, lib: string) => readonly (readonly [string, ...string[]])[]
}
const CLIENTS: Readonly<Record<'go' | 'java', Client>> = {
  go: { tools: ['go version'], lines: () => [['go', 'run', '.', DATA]] },
  java: {
    tools: ['java -version', 'mvn -v'],
    lines: (address, lib) => [
      ['mvn', '-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`],
      ['java', '-cp', join(lib, '*'), 'NomadClient.java', address, DATA],
    ],
  },
}

type Name = keyof typeof CLIENTS

function lacking({ tools }: Client): string | undefined {
  return tools.find(tool => {
    const [file = '', ...args] = tool.split(' ')
    return spawnSync(file, args).status !== 0
  })
}

function runLine([file, ...args]: readonly [string, ...string[]], cwd: string, address: string): Promise<number> {
  const env = { ...process.env, NOMAD_ADDR: address }
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve(code ?? 1))
  })
}

async function runClient(name: Name): Promise<number> {
  const lib = mkdtempSync(join(tmpdir(), 'gander-nomad-'))
  const stack = await createStack()
  try {
    await stack.put(DATA)
    let code = 0
    for (const line of CLIENTS[name].lines(stack.url, lib)) {
      if (code === 0) code = await runLine(line, join(HOME, name), stack.url)
    }
    console.log(`Nomad's client in ${name}: ${code === 0 ? 'all as it should be' : `failed with ${code}`}`)
    return code
  } finally {
    await stack.close()
    rmSync(lib, { recursive: true, force: true })
  }
}

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: { go: { type: 'boolean' }, java: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help === true) {
    console.log(HELP)
    return 0
  }
  const all = Object.keys(CLIENTS) as Name[]
  const named = all.filter(name => values[name] === true)
  await buildAll()
  let worst = 0
  for (const name of named.length > 0 ? named : all) {
    const tool = lacking(CLIENTS[name])
    if (tool !== undefined) console.log(`Nomad's client in ${name} did not run: ${tool} fails here.`)
    const code = tool === undefined ? await runClient(name) : Number(named.length > 0)
    worst = Math.max(worst, code)
  }
  return worst
}

process.exitCode = await run()
