// no job worker: killed in the middle, away from the start, never back
import { many } from '../../field.ts'
import { real, type Scenario } from '../scenario.ts'

const FILES = 300

export const JOB_WORKER: readonly Scenario[] = [
  real(4, 'the job worker is killed in the middle and comes back', async ground => {
    await ground.fill(many(FILES, 'f'))
    const newest = await ground.servers.newestJob()
    const id = await ground.begin()
    await ground.servers.jobEnded(newest)
    await ground.cluster.kill('job-worker')
    const waiting = await ground.waiting(id)
    const truth = await ground.truth()
    await ground.servers.startJobWorker()
    const load = await ground.again(waiting)
    const causes = { 'no-job-worker': truth.missing }
    return await ground.seenAgain({ waiting, truth, load }, { causes, says: ['no job worker'] })
  }),
  real(4, 'no job worker from the start, and none comes', async ground => {
    await ground.fill(many(3, 'f'))
    await ground.list()
    await ground.servers.loseJobWorker()
    const id = await ground.begin()
    await ground.waiting(id, 1)
    await ground.field.later()
    await ground.waiting(id, 2)
    const load = await ground.again({ id })
    const causes = { 'no-job-worker': 3 }
    return await ground.seen(load, { kind: 'not-cached', causes, code: 1, says: ['no job worker'] })
  }),
]
