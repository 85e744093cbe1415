// the environment and the program file that a CLI is started with
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { errnoOf } from '../shared/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

const PRIVATE = /^GANDER_.*TOKEN|DINGTALK/i
const UTF8 = /utf-?8/i
const JAVA_OPTIONS = ['GOOSEFS_USER_JAVA_OPTS', 'ALLUXIO_USER_JAVA_OPTS']
const ENCODING = '-Dfile.encoding=UTF-8'

/**
 * The agent's own environment without its tokens and anything of DingTalk, with a UTF-8 locale: without one the JVM
 * mangles non-ASCII arguments, and `file.encoding` alone mends only what JDK 8 and 11 print.
 */
export function toCliEnvironment(own: Environment): Record<string, string> {
  const token = own['GANDER_AGENT_TOKEN']
  const isPrivate = (name: string, value: string): boolean =>
    PRIVATE.test(name) || (token !== undefined && token.length >= 8 && value.includes(token))
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && !isPrivate(name, value)) kept[name] = value
  }
  if (!UTF8.test(kept['LC_ALL'] ?? '')) kept['LC_ALL'] = 'C.UTF-8'
  for (const name of JAVA_OPTIONS) kept[name] = kept[name] ? `${kept[name]} ${ENCODING}` : ENCODING
  return kept
}

export type Program = { readonly file: string } | { readonly problem: string }

/**
 * Finds a program before it is spawned, because a shell's `not found` would stand in its output. A name with a slash is
 * taken from the agent's own directory, another one from the PATH.
 */
export async function findProgram(name: string, path: string | undefined): Promise<Program> {
  if (name === '') return { problem: 'no program is named' }
  if (name.includes('/')) return inspect(resolve(name), name)
  let refused: Program | undefined
  for (const folder of (path ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter)) {
    const found = await inspect(resolve(join(folder, name)), name)
    if ('file' in found) return found
    if (!found.problem.endsWith('does not exist')) refused ??= found
  }
  return refused ?? { problem: `program ${JSON.stringify(name)} is not on the PATH` }
}

async function inspect(file: string, name: string): Promise<Program> {
  try {
    if (!(await stat(file)).isFile()) return { problem: `${JSON.stringify(file)} is not a file` }
    await access(file, constants.X_OK)
    return { file }
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'EACCES') return { problem: `${JSON.stringify(file)} may not be executed` }
    if (code === 'ENOENT' || code === 'ENOTDIR') return { problem: `program ${JSON.stringify(name)} does not exist` }
    return { problem: `${JSON.stringify(file)} cannot be used (${code})` }
  }
}
