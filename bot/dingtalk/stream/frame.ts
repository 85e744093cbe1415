// what a frame of the stream means, whatever it is
export type Frame =
  | { readonly kind: 'ping'; readonly raw: object }
  | { readonly kind: 'disconnect'; readonly messageId: string; readonly reason: string }
  /** CONNECTED, REGISTERED, KEEPALIVE and whatever is invented later: a sign of life and nothing else. */
  | { readonly kind: 'system' }
  | { readonly kind: 'event'; readonly raw: object }
  | { readonly kind: 'push'; readonly topic: string; readonly messageId: string; readonly data: unknown }
  | { readonly kind: 'rubbish'; readonly why: string }

type Fields = Readonly<Record<string, unknown>>

const LONGEST_REASON = 100

/**
 * Reads one frame. Everything is optional, since SYSTEM frames lack fields that others have (`specVersion`, `messageId`);
 * what cannot be used is `rubbish` with a reason, never an error.
 */
export function readFrame(text: string): Frame {
  const frame = parse(text)
  if (!isFields(frame)) return { kind: 'rubbish', why: 'not a JSON object' }
  const headers = isFields(frame['headers']) ? frame['headers'] : {}
  const topic = textOf(headers['topic'])
  const messageId = textOf(headers['messageId'])
  const { type } = frame
  if (type === 'SYSTEM') return readSystem({ frame, topic, messageId })
  if (type === 'EVENT') return messageId === '' ? rubbish('an event without id') : { kind: 'event', raw: frame }
  if (type !== 'CALLBACK') return rubbish('an unknown type')
  if (topic === '') return rubbish('a callback without topic')
  return { kind: 'push', topic, messageId, data: readData(frame['data']) }
}

function readSystem(system: { frame: Fields; topic: string; messageId: string }): Frame {
  const { frame, topic, messageId } = system
  if (topic === 'ping') return { kind: 'ping', raw: frame }
  if (topic !== 'disconnect') return { kind: 'system' }
  const data = readData(frame['data'])
  const reason = isFields(data) ? textOf(data['reason']).slice(0, LONGEST_REASON) : ''
  return { kind: 'disconnect', messageId, reason }
}

const rubbish = (why: string): Frame => ({ kind: 'rubbish', why })

// data is JSON within a string; what is no string is taken as it is
const readData = (data: unknown): unknown => (typeof data === 'string' ? parse(data) : data)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // not JSON: the caller treats undefined as "none"
    return undefined
  }
}
