// the master goes away: down, away for a while, restarted, in safe mode, and once not knowing who asks
import { expect } from 'vitest'
import { many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { real, type Scenario } from '../scenario.ts'

const FILES = 300
const SAYS = ['master unreachable']
const UNAUTHENTICATED =
  'Failed after 1 attempts: alluxio.exception.status.UnauthenticatedException: Channel: 4513bd78-a7c5-4f44-b657-51f89dda4018 is not authenticated for call: alluxio.grpc.file.FileSystemMasterClientService/ListStatus'

/** Begins a load and waits until some of it is done. */
async function begun(ground: Ground): Promise<string> {
  await ground.fill(many(FILES, 'f'))
  const newest = await ground.servers.newestJob()
  const id = await ground.begin()
  await ground.servers.jobEnded(newest)
  return id
}

export const MASTER: readonly Scenario[] = [
  real(6, 'the master is down when the load begins', async ground => {
    await ground.fill(many(3, 'f'))
    await ground.cluster.kill('master')
    const id = await ground.begin()
    await ground.waiting(id)
    await ground.field.later()
    const waiting = await ground.waiting(id, 2)
    // a quarter of an hour was jumped over; the rest is what the second pause is longer than the first
    expect(minutesBetween(waiting.notes)).toBeGreaterThan(15 + 3)
    const truth = { whole: false, words: 'no master' }
    await ground.servers.startMaster()
    const load = await ground.again(waiting)
    return await ground.seenAgain({ waiting, truth, load }, { causes: { 'master-unreachable': 3 }, says: SAYS })
  }),
  real(6, 'the master is away in the middle, for longer than a call tries', async ground => {
    const id = await begun(ground)
    await ground.cluster.kill('master')
    expect(await ground.cluster.goosefs('fs', 'ls', '/')).toMatchObject({ code: 255 })
    await ground.servers.startMaster()
    return await ground.seenAtLast(id)
  }),
  real(6, 'the master is killed in the middle and restarted at once', async ground => {
    const id = await begun(ground)
    await ground.cluster.kill('master')
    await ground.servers.startMaster()
    return await ground.seenAtLast(id)
  }),
  real(6, 'the master is in safe mode', async ground => {
    await ground.fill(many(3, 'f'))
    await ground.cluster.kill('master')
    await ground.servers.startMasterInSafeMode(30)
    const id = await ground.begin()
    const waiting = await ground.waiting(id)
    const truth = { whole: false, words: 'a master in safe mode' }
    await ground.servers.workerBeats()
    const load = await ground.again(waiting)
    return await ground.seenAgain({ waiting, truth, load }, { causes: { 'master-unreachable': 3 }, says: SAYS })
  }),
  real(6, 'the master says once that it does not know who asks', async ground => {
    await ground.fill(many(3, 'f'))
    ground.field.hook('before', 'ls', `echo '${UNAUTHENTICATED}'`, 'exit 255')
    const { calls, result } = await ground.field.callsDuring(() => ground.load())
    expect(calls.filter(([, verb]) => verb === 'ls')).toHaveLength(3)
    expect(result.task.attempts).toBe(1)
    return await ground.seen(result, { kind: 'cached', code: 0 })
  }),
]

/** Minutes between the moments that the notes of two attempts promise for the next one; the clock jumped in between. */
function minutesBetween(notes: string): number {
  const [first = '', second = ''] = [...notes.matchAll(/not before (\S+)/g)].map(([, at = '']) => at)
  return (Date.parse(second) - Date.parse(first)) / 60_000
}
