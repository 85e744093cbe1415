// the same look of several runs at a coordinator is one: a submission of many paths is one job there and many tasks here
import type { Clock } from '../../shared/time.ts'
import type { Client, Reply } from './client.ts'

/** The client with looks that are shared for `keepMs`; whatever changes something makes all of them old. */
export function shareLooks(client: Client, clock: Clock, keepMs: number): Client {
  const looks = new Map<string, Promise<Reply>>()
  return {
    ask(question) {
      if (question.method !== 'GET') {
        looks.clear()
        // what was asked before it was answered is older than what it changed
        return client.ask(question).finally(() => looks.clear())
      }
      const key = JSON.stringify([question.path, question.query])
      const known = looks.get(key)
      if (known !== undefined) return known
      const look = client.ask(question)
      looks.set(key, look)
      const forget = (): void => {
        if (looks.get(key) === look) looks.delete(key)
      }
      look.then(() => clock.after(keepMs, forget), forget)
      return look
    },
  }
}
