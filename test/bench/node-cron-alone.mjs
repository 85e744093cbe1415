// the yardstick of the schedules' benchmark: node-cron with expressions from stdin, in UTC; prints how late each was, in ms
import { text } from 'node:stream/consumers'
import cron from 'node-cron'

const expressions = JSON.parse(await text(process.stdin))
const late = []
const done = () => {
  process.stdout.write(`${JSON.stringify(late)}\n`, () => process.exit(0))
}
for (const expression of expressions) {
  const [second, minute, hour, day, month] = expression.split(' ').map(Number)
  const year = new Date().getUTCFullYear()
  const due = Date.UTC(year, month - 1, day, hour, minute, second)
  const hear = () => {
    late.push(performance.timeOrigin + performance.now() - due)
    if (late.length === expressions.length) done()
  }
  cron.schedule(expression, hear, { timezone: 'UTC' })
}
// what node-cron itself lets fall is never run: the rest is not waited for
const last = Math.max(...expressions.map(one => Number(one.split(' ')[0]) + 60 * Number(one.split(' ')[1])))
const nowInHour = (Date.now() / 1000) % 3600
setTimeout(done, (((last - nowInHour + 3600) % 3600) + 10) * 1000)
