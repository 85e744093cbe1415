// gander.yaml: users, clusters and rules; unknown keys are mistakes

import { parse, stringify } from 'yaml'
import * as z from 'zod'
import { ConfigError } from '../shared/config.ts'
import { got, shown, toError } from '../shared/errors.ts'
import { GUARD, Guard } from '../shared/guard.ts'
import { JobName, Role } from '../shared/job.ts'
import { createRedactor, STARS } from '../shared/log.ts'
import { Misfire, Overlap } from '../shared/schedule.ts'
import { toDigest } from './access/credentials.ts'

const onOff = z.union([z.enum(['on', 'off']), z.boolean().transform(value => (value ? 'on' : 'off'))])
const text = z.string().min(1)

// a digest with a slip would count as a token in plain text
const Token = text.refine(token => !/^sha256:/i.test(token) || toDigest(token) !== undefined, {
  error: 'must be sha256: and 64 hexadecimal digits',
})

// YAML reads 0147 as the number 147; nobody's id begins or ends with a blank, and one that did would never be met
const StaffId = z
  .string({ error: ({ input }) => `must be a text in quotes, such as "0147", ${got(input)}` })
  .trim()
  .min(1, { error: 'must not be empty' })

const User = z.strictObject({
  name: JobName,
  role: Role,
  tokens: z.array(Token).default([]),
  staffIds: z.array(StaffId).default([]),
})

const Features = z.strictObject({
  ttl: onOff.default('on'),
  priority: z.preprocess(value => (value === false ? 'off' : value), z.enum(['off', 'pin'])).default('off'),
  mount: z.enum(['cli', 'ns', 'static']).default('cli'),
  fileIndex: z.preprocess(value => (value === false ? 'off' : value), z.enum(['off', 'local'])).default('off'),
})

const Cluster = z.discriminatedUnion('type', [
  z.strictObject({ name: JobName, type: z.literal('cli'), features: Features.optional() }),
  z.strictObject({
    name: JobName,
    type: z.literal('alluxio3'),
    coordinator: z.url({ protocol: /^https?$/, error: 'must be an address such as http://host:19999' }),
  }),
])

// `cid…` is how the platform's conversations begin
const Target = text.refine(to => to === 'requester' || to === 'robot' || /^(cid.|staff:.)/.test(to), {
  error: ({ input }) => `must be requester, robot, a conversation such as cid…, or staff:ID, ${got(input)}`,
})

const Route = z.strictObject({
  when: z.enum(['ended', 'alarm']),
  via: z.array(z.enum(['chat', 'http', 'cli', 'schedule'])).optional(),
  name: text.optional(),
  to: z.array(Target).min(1),
})

// a bare `off` is a boolean in older YAML
const GuardKeys = z.preprocess(
  value =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, rule]) => [key, rule === false ? 'off' : rule]))
      : value,
  Guard,
)

const Keys = z.strictObject({
  users: z.array(User).default([]),
  defaultUser: text.optional(),
  clusters: z.array(Cluster).default([]),
  defaultCluster: text.optional(),
  compat: z
    .strictObject({ alluxio: text.optional(), cronDialect: z.enum(['standard', 'quartz']).optional() })
    .optional(),
  guard: GuardKeys.default(GUARD),
  chat: z.strictObject({ confirmAbove: z.int().min(0).optional(), groups: z.array(text).optional() }).optional(),
  notify: z.strictObject({ routes: z.array(Route).optional() }).optional(),
  schedules: z
    .strictObject({
      misfire: Misfire.optional(),
      overlap: Overlap.optional(),
    })
    .optional(),
})

const File = Keys.superRefine((file, context) => {
  for (const { path, message } of findContradictions(file)) context.addIssue({ code: 'custom', path, message })
})
export type ConfigFile = z.infer<typeof File>

/** Reads the text of gander.yaml; an empty one is allowed. Throws a `ConfigError` naming each key. */
export function parseConfigFile(source: string, path: string): ConfigFile {
  let value: unknown
  try {
    value = parse(source) ?? {}
  } catch (cause) {
    throw new ConfigError([`${path} is not YAML: ${toError(cause).message.split('\n')[0]}`])
  }
  const parsed = File.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ConfigError(
    parsed.error.issues.map(issue => `${path}: ${issue.path.join('.') || 'the file'} ${issue.message}`),
  )
}

export const NO_CONFIG_FILE: ConfigFile = parseConfigFile('', 'gander.yaml')

/** The file as lines for `--check`, with every default; tokens and passwords as stars. */
export function showConfigFile(file: ConfigFile): string[] {
  const users = file.users.map(user => ({ ...user, tokens: user.tokens.map(() => STARS) }))
  const redact = createRedactor([])
  return String(redact(stringify({ ...file, users })))
    .trimEnd()
    .split('\n')
}

type Contradiction = { readonly path: PropertyKey[]; readonly message: string }

// what names something else in the file must find it, and find one
function findContradictions(file: z.output<typeof Keys>): Contradiction[] {
  return [
    ...findUnknown('defaultUser', 'a user', { name: file.defaultUser, known: file.users }),
    ...(file.clusters.length === 0
      ? []
      : findUnknown('defaultCluster', 'a cluster', { name: file.defaultCluster, known: file.clusters })),
    ...findTwice('users', file.users),
    ...findTwice('clusters', file.clusters),
    ...findShared(file.users),
    ...findSamePerson(file.users),
  ]
}

type Named = { readonly name: string }

function findUnknown(
  key: string,
  what: string,
  { name, known }: { readonly name: string | undefined; readonly known: readonly Named[] },
): Contradiction[] {
  if (name === undefined || known.some(one => one.name === name)) return []
  return [{ path: [key], message: `must be the name of ${what}, got ${shown(name)}` }]
}

function findTwice(key: string, items: readonly Named[]): Contradiction[] {
  const names = items.map(item => item.name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? [] : [{ path: [key], message: `must have different names, got ${shown(twice)} twice` }]
}

// who comes with such a token would be whoever stands last in the file
function findShared(users: readonly z.output<typeof User>[]): Contradiction[] {
  const owners = new Map<string, string>()
  return users.flatMap(({ name, tokens }, at) =>
    tokens.flatMap((token, which) => {
      const digest = toDigest(token) ?? ''
      const owner = owners.get(digest) ?? name
      owners.set(digest, owner)
      if (owner === name) return []
      return [{ path: ['users', at, 'tokens', which], message: `must not be a token of ${shown(owner)} too` }]
    }),
  )
}

// who writes with such an id would be whoever stands first in the file
function findSamePerson(users: readonly z.output<typeof User>[]): Contradiction[] {
  const owners = new Map<string, string>()
  return users.flatMap(({ name, staffIds }, at) =>
    staffIds.flatMap((staffId, which) => {
      const owner = owners.get(staffId) ?? name
      owners.set(staffId, owner)
      if (owner === name) return []
      return [{ path: ['users', at, 'staffIds', which], message: `must not be a staffId of ${shown(owner)} too` }]
    }),
  )
}
