// what view 003 takes and answers
import * as z from 'zod'
import { got } from '../../../../shared/errors.ts'
import { queryNumber } from '../../query-values.ts'
import { isLine } from './lines.ts'

type Issue = { readonly input?: unknown }

/** A text that has to be there; an empty one is missing. */
function needed(what: string): z.ZodType<string, string> {
  const error = ({ input }: Issue): string =>
    `must be ${what}, ${got(input === '' || input === null ? undefined : input)}`
  return z.string({ error }).min(1, { error })
}

export const UserRef = z.object({ user: z.string() })
export const LogRef = z.object({ index: queryNumber(0) })
export const LogQuery = z.object({
  range: queryNumber(0).optional().meta({ description: 'one line more than this is told; default 9' }),
})
export const TagsQuery = z.object({
  repname: needed('the name of a repository (a cluster)'),
  itemname: needed('the name of an item (a job)'),
  tagname: z.string().optional().meta({ description: 'one tag: the path of a task, or its id' }),
  page: queryNumber(1).optional(),
  size: queryNumber(1).optional().meta({ description: 'default: all' }),
})

const toAddressMistake = ({ input }: Issue): string => `must be a URL such as http://host:port, ${got(input)}`
const Address = z
  .string({ error: toAddressMistake })
  .refine(text => /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(text) && URL.canParse(text), { error: toAddressMistake })
const toLineMistake = ({ input }: Issue): string =>
  `must be a text, with a time of the calendar when it begins like "2015/12/01 14:58:29 text", ${got(input)}`
const LogLine = z.string({ error: toLineMistake }).refine(isLine, { error: toLineMistake })
const toTagMistake = ({ input }: Issue): string => `must be like "repository/item:tag", ${got(input)}`
const Tag = z.string({ error: toTagMistake }).regex(/^[^/]+\/[\s\S]+:[\s\S]+$/, { error: toTagMistake })
const toRoleMistake = ({ input }: Issue): string => `must be 0 or 1, ${got(input)}`

function list<Item extends z.ZodType>(item: Item) {
  return z.array(item, { error: ({ input }) => `must be a list, ${got(input)}` }).nullish()
}

/** The body of `POST /heartbeat`; keys it does not know are not looked at. */
export const Heartbeat = z
  .object({
    daemonid: needed('the id of a daemon'),
    entrypoint: list(Address),
    log: list(LogLine).meta({ description: 'oldest first' }),
    role: z.literal([0, 1], { error: toRoleMistake }).nullish(),
    abnormaltags: list(Tag),
  })
  .meta({ id: 'DatahubHeartbeat' })

const texts = z.array(z.string())
export const DaemonId = z.object({ daemonid: z.string() }).meta({ id: 'DatahubDaemonId' })
export const Entrypoints = z.object({ entrypoint: texts }).meta({ id: 'DatahubEntrypoints' })
export const Lines = z.object({ log: texts }).meta({ id: 'DatahubLog' })
const online = z.enum(['online', 'offline'])
export const Status = z.object({ status: online, entrypoint: texts }).meta({ id: 'DatahubStatus' })
export const Online = z.object({ status: online }).meta({ id: 'DatahubOnline' })
export const Tags = z
  .object({ status: z.enum(['NORMAL', 'ABNORMAL']), total: z.int(), results: texts.nullable() })
  .meta({ id: 'DatahubTags' })
export const ErrorBody = z.object({ code: z.int(), msg: z.string(), data: z.object({}) }).meta({ id: 'DatahubError' })

export const Wrapped = z.object({ code: z.literal(0), msg: z.literal('OK'), data: z.object({}) })

/** An answer as it is, or wrapped. */
export function bareOrWrapped<Shape extends z.ZodType>(shape: Shape) {
  return z.union([shape, Wrapped.extend({ data: shape })])
}
