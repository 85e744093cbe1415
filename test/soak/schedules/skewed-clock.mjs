// loaded before the daemon: its clock is wrong by as many milliseconds as a file says, which is read again on SIGUSR2
import { readFileSync } from 'node:fs'

const now = Date.now
const read = () => Number(readFileSync(process.env.SOAK_SKEW_FILE, 'utf8'))
let skewMs = read()
Date.now = () => now() + skewMs
process.on('SIGUSR2', () => {
  skewMs = read()
})
