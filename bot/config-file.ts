// gander.yaml: users, clusters and rules; unknown keys are mistakes

import { parse } from 'yaml'
import * as z from 'zod'
import { ConfigError } from '../shared/config.ts'
import { shown, toError } from '../shared/errors.ts'
import { JobName, Role } from '../shared/job.ts'

const onOff = z.union([z.enum(['on', 'off']), z.boolean().transform(value => (value ? 'on' : 'off'))])
const text = z.string().min(1)

const User = z.strictObject({
  name: JobName,
  role: Role,
  tokens: z.array(text).default([]),
  staffIds: z.array(text).default([]),
})

const Features = z.strictObject({
  ttl: onOff.default('on'),
  priority: z.preprocess(value => (value === false ? 'off' : value), z.enum(['off', 'pin'])).default('off'),
  mount: z.enum(['cli', 'ns', 'static']).default('cli'),
  fileIndex: z.preprocess(value => (value === false ? 'off' : value), z.enum(['off', 'local'])).default('off'),
})

const Cluster = z.discriminatedUnion('type', [
  z.strictObject({ name: JobName, type: z.literal('cli'), features: Features.optional() }),
  z.strictObject({ name: JobName, type: z.literal('alluxio3'), coordinator: z.url() }),
])

const Route = z.strictObject({
  when: z.enum(['ended', 'alarm']),
  via: z.array(z.enum(['chat', 'http', 'cli', 'schedule'])).optional(),
  name: text.optional(),
  to: z.array(text).min(1),
})

const File = z
  .strictObject({
    users: z.array(User).default([]),
    defaultUser: text.optional(),
    clusters: z.array(Cluster).default([]),
    defaultCluster: text.optional(),
    compat: z
      .strictObject({ alluxio: text.optional(), cronDialect: z.enum(['standard', 'quartz']).optional() })
      .optional(),
    chat: z.strictObject({ confirmAbove: z.int().min(0).optional(), groups: z.array(text).optional() }).optional(),
    notify: z.strictObject({ routes: z.array(Route).optional() }).optional(),
    schedules: z
      .strictObject({
        misfire: z.enum(['run-once', 'skip']).optional(),
        overlap: z.enum(['skip', 'queue', 'allow']).optional(),
      })
      .optional(),
  })
  .superRefine((file, context) => {
    const known = (name: string | undefined, names: readonly string[]): boolean =>
      name === undefined || names.includes(name)
    if (
      !known(
        file.defaultUser,
        file.users.map(user => user.name),
      )
    ) {
      context.addIssue({
        code: 'custom',
        path: ['defaultUser'],
        message: `must be the name of a user, got ${shown(file.defaultUser)}`,
      })
    }
    if (
      file.clusters.length > 0 &&
      !known(
        file.defaultCluster,
        file.clusters.map(cluster => cluster.name),
      )
    ) {
      context.addIssue({
        code: 'custom',
        path: ['defaultCluster'],
        message: `must be the name of a cluster, got ${shown(file.defaultCluster)}`,
      })
    }
    for (const key of ['users', 'clusters'] as const) {
      const names = file[key].map(item => item.name)
      const twice = names.find((name, at) => names.indexOf(name) !== at)
      if (twice !== undefined)
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `must have different names, got ${shown(twice)} twice`,
        })
    }
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
