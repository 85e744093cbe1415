// notices when a coordinator cannot be reached any more, and when it can again
import type { Client } from './client.ts'

/** The client; `tell` hears of each change, with the reason while there is one. */
export function watchReach(client: Client, tell: (problem: string | undefined) => void): Client {
  let away = false
  return {
    async ask(question) {
      const reply = await client.ask(question)
      if (reply.reached === away) {
        away = !reply.reached
        tell(reply.reached ? undefined : `the coordinator cannot be reached: ${reply.why}`)
      }
      return reply
    },
  }
}
