// compiles every program into dist/: one bundle each, nothing but Node needed to run them
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Programs that become `dist/<name>.js`; the playground brings its launcher script along. */
const PROGRAMS = ['bot/main', 'agent/main', 'cli/main', 'playground/main']

// bundled CommonJS packages (ws, pino, …) still call require for Node's own modules
const BANNER =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);"

/** Builds all programs that exist into `dist/`. Throws when one does not compile. */
export async function buildAll(): Promise<void> {
  rmSync(`${root}dist`, { recursive: true, force: true })
  const entries = PROGRAMS.filter(name => existsSync(`${root}${name}.ts`))
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(entries.map(name => [name, `${name}.ts`])),
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'linked',
    // one of these is loaded only when somebody asks for pretty logs; native or optional add-ons of ws are not needed
    external: ['bufferutil', 'utf-8-validate', 'pino-pretty'],
    banner: { js: BANNER },
    logLevel: 'warning',
  })
  if (existsSync(`${root}playground/goosefs`)) {
    mkdirSync(`${root}dist/playground`, { recursive: true })
    copyFileSync(`${root}playground/goosefs`, `${root}dist/playground/goosefs`)
    chmodSync(`${root}dist/playground/goosefs`, 0o755)
  }
  writeFileSync(`${root}dist/package.json`, '{"type":"module"}\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll()
