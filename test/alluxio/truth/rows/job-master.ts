// the job master goes away: it forgets its jobs, and whoever asks it may wait for ever
import { until } from '../../../agent/until.ts'
import { JOB_MS, many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { real, type Scenario } from '../scenario.ts'

const FILES = 100

/** Begins a load whose jobs all wait: the moment at which the job master goes is certain then. */
async function begun(ground: Ground): Promise<string> {
  await ground.fill(many(FILES, 'f'))
  await ground.list()
  // not sooner: a job worker that is not heard of for 25 s is lost
  ground.field.hook('before', 'distributedLoad', ground.cluster.killLine('job-worker', 'STOP'))
  const id = await ground.begin()
  await until('the jobs', async () => (await ground.engineJobs()).length > FILES / 2, JOB_MS)
  return id
}

export const JOB_MASTER: readonly Scenario[] = [
  real(5, 'the job master is killed in the middle, restarted, and has forgotten its jobs', async ground => {
    const id = await begun(ground)
    await ground.cluster.kill('job-master')
    await ground.cluster.kill('job-worker', 'CONT')
    await ground.servers.startJobMaster()
    const waiting = await ground.waiting(id)
    const truth = await ground.truth()
    const load = await ground.again(waiting)
    // of a job or two that it was just handing out, the new one says itself that the job worker was lost
    const [, lost = '0'] = /no-job-worker: ([12])\b/.exec(waiting.notes) ?? []
    const causes = {
      'job-service-down': truth.missing - Number(lost),
      ...(lost !== '0' && { 'no-job-worker': Number(lost) }),
    }
    return await ground.seenAgain({ waiting, truth, load }, { causes, says: [/job master .* was restarted/] })
  }),
  real(5, 'the job master does not answer any more in the middle', async ground => {
    const id = await begun(ground)
    await ground.cluster.kill('job-master', 'STOP')
    await ground.cluster.kill('job-worker', 'CONT')
    const waiting = await ground.waiting(id)
    const truth = await ground.truth()
    await ground.cluster.kill('job-master', 'CONT')
    const load = await ground.again(waiting)
    const causes = { 'job-service-down': truth.missing }
    return await ground.seenAgain({ waiting, truth, load }, { causes, says: ['job master'] })
  }),
  real(5, 'the job master is down when the load begins', async ground => {
    await ground.fill(many(3, 'f'))
    await ground.cluster.kill('job-master')
    const id = await ground.begin()
    const waiting = await ground.waiting(id)
    const truth = await ground.truth()
    await ground.servers.startJobMaster()
    const load = await ground.again(waiting)
    const causes = { 'job-service-down': 3 }
    return await ground.seenAgain({ waiting, truth, load }, { causes, says: ['job master'] })
  }),
]
