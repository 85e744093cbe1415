// the moving line of one job on a terminal
import { SingleBar } from 'cli-progress'
import type { Job } from '../shared/job.ts'
import { toBarLine } from './job-line.ts'
import type { Screen } from './screen.ts'
import type { Watcher } from './watcher.ts'

const REDRAW_MS = 200

/** A watcher that draws on stderr. `rest` takes the line away, so that others can write there. */
export function createBar(screen: Screen): Watcher {
  let job: Job | undefined
  let away = false
  let tick = 0
  let drawing: { readonly bar: SingleBar; readonly timer: NodeJS.Timeout } | undefined

  function start(): void {
    const bar = new SingleBar({
      // the whole line is ours; the package moves the cursor and clears
      format: () =>
        job === undefined ? '' : toBarLine(job, { nowMs: Date.now(), columns: screen.columns(), tick, away }),
      stream: process.stderr,
      clearOnComplete: true,
      gracefulExit: false,
      hideCursor: null,
      linewrap: null,
      forceRedraw: true,
      fps: 20,
    })
    bar.start(1, 0)
    const timer = setInterval(() => {
      tick++
      bar.updateETA()
      bar.render()
    }, REDRAW_MS)
    drawing = { bar, timer }
  }

  return {
    async update(next) {
      job = next
      away = false
      if (drawing === undefined) start()
    },
    away() {
      away = true
    },
    rest() {
      if (drawing === undefined) return
      clearInterval(drawing.timer)
      drawing.bar.stop()
      drawing = undefined
    },
  }
}
