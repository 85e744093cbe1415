// ls: what the CLI lists under a path, byte for byte
import { EXIT } from '../failure.ts'
import { createInterrupt } from '../interrupt.ts'
import { copyOutput } from '../output.ts'
import { readPaths } from '../paths.ts'
import { tellTroubles } from '../result.ts'
import { submit } from '../submission.ts'
import type { Verb } from '../verb.ts'
import { waitForJob } from '../wait.ts'
import { SILENT } from '../watcher.ts'

export const ls: Verb = {
  name: 'ls',
  takes: '[paths...]',
  summary: 'list paths as the CLI of the cluster shows them',
  options: ['cluster', 'recursive', 'timeout', 'file'],
  examples: [
    ['gander ls /datalake', 'one level'],
    ['gander ls -R /datalake/db1 | grep " 0%"', 'what is not cached at all'],
  ],
  run: async context => {
    const paths = await readPaths(context.words, context.options.file)
    const jobs = await submit(context, { action: 'list', paths })
    const interrupt = createInterrupt(context, jobs, SILENT)
    try {
      let exit: number = EXIT.cached
      for (const job of jobs) {
        const ended = await waitForJob(context, { job, watcher: SILENT, signal: interrupt.detached })
        if (ended === undefined) return EXIT.detached
        await copyOutput(context, { job: ended.id, several: ended.counts.total > 1 })
        await tellTroubles(context, ended)
        if (ended.status !== 'succeeded') exit = ended.status === 'stopped' ? EXIT.stopped : EXIT.failed
      }
      return exit
    } finally {
      interrupt.close()
    }
  },
}
