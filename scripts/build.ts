// compiles every program into dist/: one bundle each, nothing but Node needed to run them
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Programs that become `dist/<name>.js`; the playground brings its launcher script along. */
const PROGRAMS = ['bot/main', 'agent/main', 'cli/main', 'playground/main']

// bundled CommonJS packages (ws, pino, …) still call require for Node's own modules
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const BANNER =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);"

/** Builds all programs that exist into `dist/`. Throws when one does not compile. */
export async function buildAll(): Promise<void> {
  // built aside and moved file by file, so that a program that is being started never finds half a file
  const aside = `dist.${process.pid}`
  const entries = PROGRAMS.filter(name => existsSync(`${root}${name}.ts`))
  try {
    await build({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(entries.map(name => [name, `${name}.ts`])),
      outdir: aside,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      sourcemap: 'linked',
      define: { GANDER_VERSION: JSON.stringify(version) },
      // one of these is loaded only when somebody asks for pretty logs; the others are optional add-ons of ws
      external: ['bufferutil', 'utf-8-validate', 'pino-pretty'],
      banner: { js: BANNER },
      logLevel: 'warning',
    })
    if (existsSync(`${root}playground/goosefs`))
      copyFileSync(`${root}playground/goosefs`, `${root}${aside}/playground/goosefs`)
    writeFileSync(`${root}${aside}/package.json`, '{"type":"module"}\n')
    for (const file of ['playground/goosefs', 'cli/main.js'])
      if (existsSync(`${root}${aside}/${file}`)) chmodSync(`${root}${aside}/${file}`, 0o755)
    for (const path of filesIn(`${root}${aside}`)) {
      const target = `${root}dist/${path}`
      mkdirSync(dirname(target), { recursive: true })
      renameSync(`${root}${aside}/${path}`, target)
    }
  } finally {
    rmSync(`${root}${aside}`, { recursive: true, force: true })
  }
}

function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(dir, join(entry.parentPath, entry.name)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll()
