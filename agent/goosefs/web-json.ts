// one question to a web of the cluster: JSON in milliseconds, or no answer
import { CALL_LIMITS } from './call-limits.ts'

export type WebAsk = {
  /** Such as `http://host:9201`. */
  readonly base: string
  /** What follows `/api/v1/`. */
  readonly path: string
  readonly method?: 'GET' | 'POST'
  /** Milliseconds; default 5,000. */
  readonly timeoutMs?: number
  /** Is told whether there was an answer, whatever it was. */
  readonly patience?: Patience
}

/** Who asks many questions gives up a web that leaves several in a row without an answer: each of them takes its time. */
export type Patience = {
  isOver(): boolean
  told(isAnswered: boolean): void
}

/** @param most questions in a row without an answer */
export function createPatience(most: number): Patience {
  let inARow = 0
  return {
    isOver: () => inARow >= most,
    told(isAnswered) {
      // asked side by side, a late answer does not bring back what was given up
      if (inARow < most) inARow = isAnswered ? 0 : inARow + 1
    },
  }
}

/** The parsed answer; null for an empty one, undefined when the call failed or was refused. Never rejects. */
export async function askWeb(ask: WebAsk): Promise<unknown> {
  const answer = await hear(ask)
  ask.patience?.told(answer !== undefined)
  if (answer?.ok !== true) return undefined
  if (answer.text.trim() === '') return null
  try {
    return JSON.parse(answer.text)
  } catch {
    // no JSON, so that somebody else answers there: the same as no answer
    return undefined
  }
}

async function hear({
  base,
  path,
  method = 'GET',
  timeoutMs = CALL_LIMITS.web.timeoutMs,
}: WebAsk): Promise<{ ok: boolean; text: string } | undefined> {
  try {
    const response = await fetch(`${base.replace(/\/+$/, '')}/api/v1/${path}`, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { ok: response.ok, text: await response.text() }
  } catch {
    // no connection, no answer in time: the caller falls back to the CLI or says that it does not know
    return undefined
  }
}
