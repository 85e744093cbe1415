// a cache path: accepted as it came, or refused with the reason; and how two paths are compared
import * as z from 'zod'
import { said, shown } from './errors.ts'

const LONGEST_BYTES = 4096
const ALLOWED_START = /^(?:\/|[a-z][a-z0-9+.-]*:\/\/)/
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
// a password may hold slashes; ports (of several masters too), brackets of IPv6 and an @ in the path are none
const CREDENTIALS = /^[a-z][a-z0-9+.-]*:\/\/[^/[]*:(?!\d{1,5}(?:[/,;]|$))[^@]*@/
const SCHEME = /^([a-z][a-z0-9+.-]*:\/\/)([^/]*)(.*)$/s
const encoder = new TextEncoder()

type Rule = {
  readonly broken: (path: string) => boolean
  readonly expectation: string
  readonly zh: string
  /** The value is not to be repeated. */
  readonly secret?: true
}

// in this order, so that the first sentence is the most useful one
const RULES: readonly Rule[] = [
  { broken: path => path === '', expectation: 'must not be empty', zh: '不能为空' },
  {
    broken: path => CONTROL.test(path),
    expectation: 'must not contain control characters or line separators',
    zh: '不能含控制字符或换行',
  },
  {
    broken: path => !ALLOWED_START.test(path),
    expectation: 'must start with "/" or a lower-case scheme such as "cosn://"',
    zh: '要以 / 或小写的协议（如 gfs://）开头',
  },
  {
    broken: path => encoder.encode(path).length > LONGEST_BYTES,
    expectation: `must have at most ${LONGEST_BYTES} bytes`,
    zh: `最长 ${LONGEST_BYTES} 字节`,
  },
  { broken: path => !isWellFormed(path), expectation: 'must be valid Unicode', zh: '要是合法的 Unicode' },
  // GooseFS drops everything behind a question mark, expands a star, and knows no relative segments
  {
    broken: path => path.includes('?'),
    expectation: 'must not contain "?" (GooseFS would drop everything behind it)',
    zh: '不能含 ?（GooseFS 会丢掉它之后的部分）',
  },
  {
    broken: path => path.includes('*'),
    expectation: 'must not contain "*" (wildcards are not supported)',
    zh: '不能含 *（不支持通配符）',
  },
  {
    broken: path => path.split('/').some(part => part === '.' || part === '..'),
    expectation: 'must not contain "." or ".." segments',
    zh: '不能含 . 或 .. 这样的段',
  },
  {
    broken: path => CREDENTIALS.test(path),
    expectation: 'must not contain a user and password',
    zh: '里不能有用户名和密码',
    secret: true,
  },
]

/**
 * Why a text is no acceptable cache path: one clause such as `must not contain "?"`, or undefined when it is acceptable.
 * An accepted path reaches the CLI as it came.
 */
export function pathProblem(path: string): string | undefined {
  return RULES.find(rule => rule.broken(path))?.expectation
}

/** The same as a Chinese sentence with the value, such as `路径不能为空，收到 ""`. */
export function pathProblemInChinese(path: string): string | undefined {
  const rule = RULES.find(one => one.broken(path))
  if (rule === undefined) return undefined
  // whoever typed a password does not want to read it in a group
  return rule.secret ? `路径${rule.zh}` : `路径${rule.zh}，收到 ${said(path)}`
}

/** One path as it came, or one sentence that names expectation and value. */
export const CachePath = z
  .string({ error: issue => `must be a string, got ${shown(issue.input)}` })
  .superRefine((path, context) => {
    const problem = pathProblem(path)
    if (problem !== undefined) {
      context.addIssue({
        code: 'custom',
        message: `${problem}, got ${CREDENTIALS.test(path) ? 'one that does' : shown(path)}`,
      })
    }
  })
  .meta({ id: 'CachePath', description: 'absolute GooseFS path, or a URI with a lower-case scheme' })
export type CachePath = string

/** The form in which paths are compared: doubled and trailing slashes do not count. */
export function toComparable(path: string): string {
  const uri = SCHEME.exec(path)
  const prefix = uri === null ? '' : `${uri[1]}${uri[2]}`
  const tail = (uri === null ? path : (uri[3] ?? '')).replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
  return prefix === '' ? tail : `${prefix}${tail === '/' || tail === '' ? '/' : tail}`
}

/** The namespace part of a path: what the CLI prints in its listings (`gfs://host:port/a` is listed as `/a`). */
export function toNamespacePath(path: string): string {
  const uri = SCHEME.exec(path)
  return toComparable(uri === null ? path : uri[3] || '/')
}

/** Whether `path` is `ancestor` or lies below it; both in comparable form. */
export function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(ancestor.endsWith('/') ? ancestor : `${ancestor}/`)
}

/** The parents of a comparable path, nearest first: `/a/b/c` gives `/a/b`, `/a`, `/`. */
export function parentsOf(path: string): string[] {
  const uri = SCHEME.exec(path)
  const head = uri === null ? '' : `${uri[1]}${uri[2]}`
  const parts = (uri === null ? path : (uri[3] ?? '')).split('/').filter(part => part !== '')
  return parts.map((_, index) => `${head}/${parts.slice(0, parts.length - 1 - index).join('/')}`)
}

function isWellFormed(text: string): boolean {
  // a lone surrogate cannot be written as UTF-8
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)
}
