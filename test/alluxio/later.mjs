// loaded before the daemon: on SIGUSR2 its clock jumps a quarter of an hour ahead, so that no test waits for a pause
const now = Date.now
let aheadMs = 0
Date.now = () => now() + aheadMs
process.on('SIGUSR2', () => {
  aheadMs += 15 * 60_000
})
