// a process that begins one run and is killed at some moment of it: DIR PROGRAM ARGUMENT…
import { writeSync } from 'node:fs'
import { createExecaDriver } from '../../agent/driver-execa.ts'
import { createClock } from '../../shared/time.ts'

const [dir = '', ...argv] = process.argv.slice(2)
const driver = createExecaDriver({ clock: createClock(), environment: process.env })
writeSync(1, 'now')
await driver.start({ dir, argv })
writeSync(1, 'begun')
setInterval(() => {}, 60_000)
