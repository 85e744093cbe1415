// the real router over the verbs of view 003 alone: they answer what a test says and keep what they were asked
import type { Operations } from '../../../bot/engine/operations/port.ts'
import type { HttpServerDeps } from '../../../bot/http/server.ts'
import { AppError } from '../../../shared/errors.ts'
import { createDoor } from '../../http/door.ts'

type Verb = 'daemonIdOf' | 'entrypointsOf' | 'userLog' | 'companionStatus' | 'heard' | 'tagStatus'
type Says = { readonly [Name in Verb]?: Awaited<ReturnType<Operations[Name]>> | AppError }

export const SAMPLE_TOKEN = 'dcabfefb6ad8feb68e6fbce876fbfe778fb'
/** What the seed sends with every call. */
export const SEED_HEADERS = {
  Accept: 'application/json',
  'Content-Type': 'application/json',
  Authorization: `Token ${SAMPLE_TOKEN}`,
}

/** A door whose verbs say `says`. A verb that is not told what to say must not be called. */
export function openDoor(says: Says = {}, more: Partial<HttpServerDeps> = {}) {
  const asked: { verb: string; args: readonly unknown[] }[] = []
  const operations = new Proxy({} as Operations, {
    get: (_, verb: string) => {
      if (!Object.hasOwn(says, verb)) throw new Error(`nobody expects ${verb}`)
      return async (...args: readonly unknown[]) => {
        asked.push({ verb, args })
        const said = says[verb as Verb]
        if (said instanceof AppError) throw said
        return said
      }
    },
  })
  return { ...createDoor({ ...more, operations }), asked }
}

export type Exchange = {
  readonly what: string
  readonly ask: readonly [method: string, path: string, body?: unknown]
  readonly says?: Says
  readonly headers?: Record<string, string>
  readonly status: number
  readonly body: unknown
  /** What the verb is asked for, without the actor. */
  readonly args?: readonly unknown[]
}

/** Makes the exchange and answers what came, as an exchange tells it. */
export async function exchange({ ask: [method, path, body], says, headers }: Exchange) {
  const door = openDoor(says)
  const response = await door.send(method, path, body, headers)
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: text === '' ? '' : JSON.parse(text),
    asked: door.asked,
    note: response.headers.get('x-gander-note'),
  }
}
