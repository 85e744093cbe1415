// verbs that take as long as a cluster takes: whoever calls them lets the next message of the conversation go on
import type { Operations } from '../engine/operations/port.ts'

/** The same verbs; `aside` is called when one begins that asks a cluster or waits for it. */
export function withAside(operations: Operations, aside: () => void): Operations {
  const slow =
    <Args extends unknown[], Result>(verb: (...args: Args) => Result) =>
    (...args: Args): Result => {
      aside()
      return verb(...args)
    }
  return {
    ...operations,
    runNow: slow(operations.runNow),
    waitForJob: slow(operations.waitForJob),
    clusterReport: slow(operations.clusterReport),
    listDirectory: slow(operations.listDirectory),
    listWorkers: slow(operations.listWorkers),
    openOutput: slow(operations.openOutput),
  }
}
