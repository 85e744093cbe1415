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
}

/** The parsed answer; null for an empty one, undefined when the call failed or was refused. Never rejects. */
export async function askWeb({
  base,
  path,
  method = 'GET',
  timeoutMs = CALL_LIMITS.web.timeoutMs,
}: WebAsk): Promise<unknown> {
  try {
    const response = await fetch(`${base.replace(/\/+$/, '')}/api/v1/${path}`, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    if (!response.ok) return undefined
    return text.trim() === '' ? null : JSON.parse(text)
  } catch {
    // no connection, no answer in time, no JSON: the caller falls back to the CLI or says that it does not know
    return undefined
  }
}
