// what happens in the local DingTalk, to be awaited: tests never sleep
import type { Ack, Call, Connection, Line, OrphanAck } from './shapes.ts'

export type Happening =
  | { readonly kind: 'opened'; readonly connection: Connection }
  | { readonly kind: 'closed'; readonly connection: Connection }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string }
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'answered'; readonly call: Call }
  | { readonly kind: 'visible'; readonly line: Line }
  | { readonly kind: 'updated'; readonly outTrackId: string; readonly variables: Readonly<Record<string, string>> }
  | { readonly kind: 'pushed'; readonly topic: string; readonly messageId: string; readonly connectionId: string }
  | { readonly kind: 'ack'; readonly ack: Ack }
  | { readonly kind: 'orphan'; readonly orphan: OrphanAck }
  | { readonly kind: 'echo'; readonly connectionId: string; readonly same: boolean }
  | { readonly kind: 'dropped'; readonly topic: string }
type Of<K extends Happening['kind']> = Extract<Happening, { kind: K }>

const WITHIN_MS = 10_000
const LOOK_EVERY_MS = 20

export type Happenings = ReturnType<typeof createHappenings>

/** Makes the board on which every part tells what it did. Deadlines are real time: they only end a test that waits in vain. */
export function createHappenings() {
  const listeners = new Set<(one: Happening) => void>()
  const newest: string[] = []
  const ends = new Set<(why: Error) => void>()

  function tell(one: Happening): void {
    newest.push(one.kind === 'call' ? `call ${one.call.method} ${one.call.path}` : one.kind)
    if (newest.length > 20) newest.shift()
    for (const listener of [...listeners]) listener(one)
  }

  function wait<T>(what: string, withinMs: number, begin: (found: (value: T) => void) => () => void): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      const over = (): void => {
        stop()
        clearTimeout(timer)
        ends.delete(fail)
      }
      const fail = (error: Error): void => {
        over()
        reject(error)
      }
      const late = (): void => fail(new Error(`${what} did not happen in ${withinMs} ms; newest: ${newest.join(', ')}`))
      const timer = setTimeout(late, withinMs)
      let stop = (): void => {}
      ends.add(fail)
      stop = begin(value => {
        over()
        resolve(value)
      })
    })
    return calm(promise)
  }

  /** The next one of a kind, from now on, that `where` takes. */
  function next<K extends Happening['kind']>(kind: K, where: (one: Of<K>) => boolean = () => true): Promise<Of<K>> {
    return wait<Of<K>>(`a happening "${kind}"`, WITHIN_MS, found => {
      const listener = (one: Happening): void => {
        if (one.kind === kind && where(one as Of<K>)) found(one as Of<K>)
      }
      listeners.add(listener)
      return () => listeners.delete(listener)
    })
  }

  /** As soon as `look` answers something else than undefined and false: at once, or after whatever happens next. */
  function until<T>(look: () => T | undefined | false, what = 'what is waited for'): Promise<T> {
    const first = look()
    if (first !== undefined && first !== false) return Promise.resolve(first)
    return wait<T>(what, WITHIN_MS, found => {
      const listener = (): void => {
        const value = glance(look)
        if (value !== undefined && value !== false) found(value)
      }
      listeners.add(listener)
      const timer = setInterval(listener, LOOK_EVERY_MS)
      return () => {
        clearInterval(timer)
        listeners.delete(listener)
      }
    })
  }

  return {
    ...{ tell, next, until },
    /** Calls `listener` for everything from now on; the answer ends it. */
    on(listener: (one: Happening) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    end(): void {
      for (const fail of [...ends]) fail(new Error('the local DingTalk was closed'))
      listeners.clear()
    },
  }
}

/** What nobody awaits may fail without a sound; who awaits it learns of it all the same. */
export function calm<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** A look that throws has not found anything yet: the deadline tells. */
function glance<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    // what is looked at is not there yet
    return undefined
  }
}
