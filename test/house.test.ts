// the laws of the house: who may import whom, one package one file, sizes, captions
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from '@babel/parser'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { toChatPage } from '../bot/chat/help-page.ts'
import { toCausesPage } from '../scripts/causes-page.ts'
import { toArchitecture } from '../scripts/docs.ts'
import { ERROR_CODES } from '../shared/errors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const ROOMS = ['shared', 'process', 'bot', 'agent', 'cli', 'playground', 'scripts']
const MOST_LINES = 200
const MOST_FUNCTION_LINES = 40
const MOST_PARAMETERS = 3

function filesOf(dir: string): string[] {
  return readdirSync(join(root, dir)).flatMap(name => {
    const path = join(dir, name)
    if (statSync(join(root, path)).isDirectory()) return filesOf(path)
    return name.endsWith('.ts') ? [path] : []
  })
}

const SOURCES = ROOMS.flatMap(filesOf)

type Import = { readonly from: string; readonly to: string; readonly types: boolean }
let imports: Import[] = []
let bundled: Map<string, string[]> = new Map()

/** What each file names in its import lines: relative files, `node:` modules, packages. */
function importsOf(path: string): Import[] {
  const source = readFileSync(join(root, path), 'utf8')
  const { program } = parse(source, { sourceType: 'module', plugins: ['typescript'] })
  return program.body.flatMap(node => {
    if (
      node.type !== 'ImportDeclaration' &&
      node.type !== 'ExportNamedDeclaration' &&
      node.type !== 'ExportAllDeclaration'
    )
      return []
    if (node.source == null) return []
    const to = node.source.value
    const kind = node.type === 'ImportDeclaration' ? node.importKind : node.exportKind
    const target = to.startsWith('.') ? relative(root, join(root, dirname(path), to)) : to
    return [{ from: path, to: target, types: kind === 'type' }]
  })
}

/** What the bundler really pulled in, so that a dynamic import cannot hide. */
async function bundledImports(): Promise<Map<string, string[]>> {
  const entries = SOURCES.filter(path => /(^|\/)main\.ts$/.test(path))
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    outdir: 'x',
    packages: 'external',
    logLevel: 'silent',
  })
  return new Map(
    Object.entries(metafile.inputs).map(([path, input]) => [path, input.imports.map(({ path: to }) => to)]),
  )
}

beforeAll(async () => {
  imports = SOURCES.flatMap(importsOf)
  bundled = await bundledImports()
})

const isPackage = (to: string): boolean => !to.startsWith('node:') && !SOURCES.includes(to) && !/\.(ts|json)$/.test(to)
const packageOf = (to: string): string =>
  to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/')
const roomOf = (path: string): string => {
  const [first, second] = path.split('/')
  return first === 'bot' && second !== undefined && !second.endsWith('.ts') ? `bot/${second}` : (first ?? '')
}

/** Which rooms each room may import; `types:` marks rooms of which only types may be taken. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shared: ['shared'],
  'bot/core': ['shared', 'bot/core'],
  'bot/engine': ['shared', 'bot/core', 'bot/engine'],
  'bot/store': ['shared', 'bot/store', 'types:bot/core', 'types:bot/engine'],
  'bot/agents': ['shared', 'bot/agents', 'types:bot/engine', 'types:bot/core'],
  'bot/coordinator': ['shared', 'bot/coordinator', 'types:bot/engine'],
  'bot/access': ['shared', 'bot/access', 'types:bot/engine'],
  'bot/http': ['shared', 'bot/http', 'types:bot/engine'],
  'bot/chat': ['shared', 'bot/chat', 'types:bot/engine'],
  'bot/notify': ['shared', 'bot/notify', 'types:bot/engine'],
  'bot/schedule': ['shared', 'bot/schedule', 'types:bot/engine'],
  'bot/dingtalk': ['shared', 'bot/dingtalk', 'types:bot/engine'],
  process: ['shared', 'process'],
  bot: [
    ...['shared', 'process', 'bot', 'bot/core', 'bot/engine', 'bot/store', 'bot/agents', 'bot/coordinator'],
    ...['bot/access', 'bot/http', 'bot/chat', 'bot/notify', 'bot/dingtalk', 'bot/schedule'],
  ],
  agent: ['shared', 'process', 'agent'],
  cli: ['shared', 'cli'],
  playground: ['playground', 'shared'],
  // the page of chat commands is written from their table
  scripts: [...ROOMS, 'bot/chat'],
}

/** Packages that may be named by more than one file, and where. */
const SHARED_PACKAGES: Readonly<Record<string, (path: string) => boolean>> = {
  zod: path => !path.startsWith('bot/core/'),
  ws: path => path.startsWith('bot/agents/') || path === 'agent/connection.ts' || path.startsWith('agent/connection/'),
  hono: path => path.startsWith('bot/http/') && !path.startsWith('bot/http/dialects/'),
}

describe('imports', () => {
  it('go only where the law allows', () => {
    const broken = imports
      .filter(({ to }) => SOURCES.includes(to))
      .filter(({ from, to, types }) => {
        const may = MAY_IMPORT[roomOf(from)] ?? []
        return !may.includes(roomOf(to)) && !(types && may.includes(`types:${roomOf(to)}`))
      })
    expect(broken).toEqual([])
  })

  it('of the language and the core reach neither Node nor packages', () => {
    const broken = imports.filter(({ from, to }) => {
      const room = roomOf(from)
      if (room === 'shared') return to.startsWith('node:') || (isPackage(to) && to !== 'zod')
      return room === 'bot/core' && (to.startsWith('node:') || isPackage(to))
    })
    expect(broken).toEqual([])
  })

  it('of the real driver stand in the agent main alone', () => {
    expect(imports.filter(({ to, types }) => to === 'agent/driver-execa.ts' && !types).map(({ from }) => from)).toEqual(
      ['agent/main.ts'],
    )
  })

  it('name each package in one file', () => {
    const byPackage = new Map<string, Set<string>>()
    const add = (name: string, from: string): void =>
      void (byPackage.get(name) ?? byPackage.set(name, new Set()).get(name))?.add(from)
    for (const { from, to } of imports.filter(({ to }) => isPackage(to))) add(packageOf(to), from)
    for (const [from, targets] of bundled)
      for (const to of targets.filter(to => isPackage(to))) add(packageOf(to), from)
    const broken = [...byPackage].flatMap(([name, files]) => {
      const allowed = SHARED_PACKAGES[name]
      const strays =
        allowed === undefined ? (files.size > 1 ? [...files] : []) : [...files].filter(path => !allowed(path))
      return strays.map(path => `${name} in ${path}`)
    })
    expect(broken.filter(line => !line.includes('scripts/'))).toEqual([])
  })

  it('declare every package that they name', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const known = new Set([...Object.keys(dependencies), 'pino-pretty'])
    const knownToScripts = new Set([...known, ...Object.keys(devDependencies)])
    const broken = imports.filter(
      ({ from, to }) => isPackage(to) && !(from.startsWith('scripts/') ? knownToScripts : known).has(packageOf(to)),
    )
    expect(broken).toEqual([])
  })
})

type Sized = { readonly name: string; readonly line: number; readonly own: number; readonly parameters: number }
type Node = { type: string; loc?: { start: { line: number }; end: { line: number } }; [key: string]: unknown }

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
const childrenOf = (node: Node): Node[] =>
  Object.entries(node).flatMap(([key, value]) =>
    key === 'loc' ? [] : Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
const isFunction = (node: Node): boolean =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|ClassMethod)$/.test(node.type)
const linesOf = (node: Node): number => (node.loc === undefined ? 0 : node.loc.end.line - node.loc.start.line + 1)

/** A function's own lines: those of the functions inside it are theirs. */
function functionsOf(path: string): Sized[] {
  const { program } = parse(readFileSync(join(root, path), 'utf8'), { sourceType: 'module', plugins: ['typescript'] })
  const found: Sized[] = []
  const visit = (node: Node): number => {
    const inner = childrenOf(node).reduce((sum, child) => sum + visit(child), 0)
    if (!isFunction(node)) return inner
    const lines = linesOf(node)
    const parameters = Array.isArray(node['params']) ? node['params'].length : 0
    // one line of an inner function is where it begins, and belongs to the outer one too
    found.push({ name: path, line: node.loc?.start.line ?? 0, own: lines - inner, parameters })
    return Math.max(0, lines - 1)
  }
  visit(program as unknown as Node)
  return found
}

describe('sizes', () => {
  it(`keep files within ${MOST_LINES} lines`, () => {
    const broken = SOURCES.map(
      path => `${path}: ${readFileSync(join(root, path), 'utf8').split('\n').length - 1}`,
    ).filter(row => Number(row.split(': ')[1]) > MOST_LINES)
    expect(broken).toEqual([])
  })

  it(`keep functions within ${MOST_FUNCTION_LINES} lines of their own and ${MOST_PARAMETERS} parameters`, () => {
    const broken = SOURCES.flatMap(functionsOf).filter(
      ({ own, parameters }) => own > MOST_FUNCTION_LINES || parameters > MOST_PARAMETERS,
    )
    expect(broken).toEqual([])
  })
})

describe('captions', () => {
  it('stand in the first line of every file', () => {
    expect(SOURCES.filter(path => !/^(#!.*\n)?\/\/ \S.{10,}/.test(readFileSync(join(root, path), 'utf8')))).toEqual([])
  })

  it('name no file with a word that says nothing', () => {
    expect(SOURCES.filter(path => /(^|\/)(utils?|common|helpers?|manager|service|types|misc)\.ts$/.test(path))).toEqual(
      [],
    )
  })
})

describe('the source', () => {
  it('is erasable, without any, without default exports', () => {
    const broken = SOURCES.filter(path =>
      /(:\s*any\b|\bas any\b|^export default|^\s*enum\s|@ts-ignore|@ts-nocheck)/m.test(
        readFileSync(join(root, path), 'utf8'),
      ),
    )
    expect(broken).toEqual([])
  })
})

describe('the error table', () => {
  it('has a row for every code thrown, and none that nobody throws', () => {
    const sources = SOURCES.filter(path => path !== 'shared/errors.ts').map(path =>
      readFileSync(join(root, path), 'utf8'),
    )
    const unused = Object.keys(ERROR_CODES).filter(code => !sources.some(source => source.includes(`'${code}'`)))
    expect(unused).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  it('shows the tree as it is (npm run docs)', () => {
    const current = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    expect(toArchitecture(current)).toBe(current)
  })
})

describe('docs/chat.md', () => {
  it('shows the table of chat commands as it is (npm run docs)', () => {
    expect(readFileSync(join(root, 'docs/chat.md'), 'utf8')).toBe(toChatPage())
  })

  it('is found from both READMEs', () => {
    for (const name of ['README.md', 'README.zh-CN.md'])
      expect(readFileSync(join(root, name), 'utf8')).toContain('(docs/chat.md)')
  })
})

describe('docs/causes.md', () => {
  it('shows the table of causes as it is (npm run docs)', () => {
    expect(readFileSync(join(root, 'docs/causes.md'), 'utf8')).toBe(toCausesPage())
  })

  it('is found from both READMEs', () => {
    for (const name of ['README.md', 'README.zh-CN.md'])
      expect(readFileSync(join(root, name), 'utf8')).toContain('(docs/causes.md)')
  })
})
