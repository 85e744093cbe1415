// types a line of a document into a shell with the real curl; only where it goes differs from what is printed
import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Typed = {
  /** Of the whole line, as the shell has it. */
  readonly code: number
  readonly stdout: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body as it came, without what stands behind a `|`. */
  readonly body: string
}

// what jq does with no more than a dot: the same, indented; what is no JSON is an error
const JQ = `const text = require('node:fs').readFileSync(0, 'utf8')
try { console.log(JSON.stringify(JSON.parse(text), null, 2)) } catch { console.error('jq: parse error'); process.exit(2) }`

/** A shell with curl in it, working in `dir`. `places` are addresses of the documents with ours. Throws without curl. */
export function createShell(dir: string, places: Readonly<Record<string, string>>) {
  const real = findCurl()
  const bin = join(dir, 'bin')
  mkdirSync(bin, { recursive: true })
  // curl with the headers and the body on the side; a name that stands for nothing leads nowhere, without asking anybody
  writeProgram(
    join(bin, 'curl'),
    `#!/bin/bash\nset -o pipefail\n"${real}" --silent --show-error --resolve job.json:80:127.0.0.1 -D "${dir}/headers" "$@" | tee "${dir}/body"\n`,
  )
  writeFileSync(join(dir, 'jq.cjs'), JQ)
  writeProgram(join(bin, 'jq'), `#!/bin/bash\nexec "${process.execPath}" "${dir}/jq.cjs"\n`)
  return (line: string): Promise<Typed> =>
    new Promise(resolve => {
      for (const file of ['headers', 'body']) rmSync(join(dir, file), { force: true })
      let typed = line
      for (const [printed, ours] of Object.entries(places)) typed = typed.replaceAll(printed, ours)
      const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: dir, LC_ALL: 'C.UTF-8' }
      execFile('bash', ['-c', typed], { cwd: dir, env, timeout: 25_000, maxBuffer: 2 ** 26 }, (error, stdout) => {
        const code = error === null ? 0 : Number(error.code ?? 128)
        resolve({ code, stdout, ...readHeaders(readOr(join(dir, 'headers'))), body: readOr(join(dir, 'body')) })
      })
    })
}

function findCurl(): string {
  try {
    return execFileSync('bash', ['-c', 'command -v curl'], { encoding: 'utf8' }).trim()
  } catch (cause) {
    throw new Error('these tests type the lines of the documents, which takes the program curl: install it', { cause })
  }
}

function writeProgram(path: string, text: string): void {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // curl has not come so far
    return ''
  }
}

// of the last answer
function readHeaders(text: string): Pick<Typed, 'status' | 'headers'> {
  const [first = '', ...lines] = text.trim().split('\r\n\r\n').at(-1)?.split('\r\n') ?? []
  const headers = lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.replace(/^[^:]*: */, '')])
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(first)?.[1] ?? 0), headers: Object.fromEntries(headers) }
}
