// the CLI itself is killed while the engine goes on with what it was given
import { until } from '../../../agent/until.ts'
import { JOB_MS, many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { real, type Scenario } from '../scenario.ts'

const FILES = 100
const SUBMITTED = 20

/** Begins a load and kills its JVM as the kernel does when memory runs out, while the engine holds jobs of it. */
async function killed(ground: Ground): Promise<string> {
  await ground.fill(many(FILES, 'f'))
  await ground.list()
  await ground.cluster.kill('job-worker', 'STOP')
  const id = await ground.begin('', { activeJobs: SUBMITTED })
  await until('the jobs', async () => (await ground.engineJobs()).length >= SUBMITTED, JOB_MS)
  const java = ground.stack
    .processes('java', 'distributedLoad', ground.root)
    .filter(({ line }) => line.includes(' -cp '))
  for (const { pid } of java) process.kill(pid, 'SIGKILL')
  await until('its end', () => ground.stack.processes('distributedLoad', ground.root).length === 0, JOB_MS)
  await ground.cluster.kill('job-worker', 'CONT')
  return id
}

export const KILLED: readonly Scenario[] = [
  real(
    16,
    'the CLI is killed by the OOM killer, and the engine knows only what was submitted',
    async ground => {
      const id = await killed(ground)
      const load = await ground.ended(id)
      const says = [/the CLI was (?:killed|ended) by .*SIGKILL/]
      return await ground.seen(load, { kind: 'partly', causes: { unknown: FILES - SUBMITTED }, code: 3, says })
    },
    ['2.5'],
  ),
  real(
    16,
    'the CLI is killed by the OOM killer, and the engine goes on without it',
    async ground => {
      const id = await killed(ground)
      return await ground.seen(await ground.ended(id), { kind: 'cached', code: 0, says: [/SIGKILL/] })
    },
    ['2.9'],
  ),
]
