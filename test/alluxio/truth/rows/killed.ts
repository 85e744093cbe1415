// the CLI itself is killed while the engine goes on with what it was given
import { until } from '../../../agent/until.ts'
import { JOB_MS, many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { real, type Scenario } from '../scenario.ts'

const FILES = 100
const SUBMITTED = 20

type Killing = { readonly jobs: number; readonly options?: Record<string, unknown> }

/** Begins a load and kills its JVM as the kernel does when memory runs out, once the engine holds so many jobs of it. */
async function killed(ground: Ground, { jobs, options = {} }: Killing): Promise<string> {
  await ground.fill(many(FILES, 'f'))
  await ground.list()
  // its jobs run and wait until the worker serves them; the job worker itself goes on being heard of
  ground.field.hook('before', 'distributedLoad', ground.cluster.killLine('worker', 'STOP'))
  const id = await ground.begin('', options)
  await until('the jobs', async () => (await ground.engineJobs()).length >= jobs, JOB_MS)
  const words = ['FileSystemShell', 'distributedLoad', ground.root]
  for (const { pid } of ground.stack.processes(...words)) process.kill(pid, 'SIGKILL')
  await until('its end', () => ground.stack.processes(...words).length === 0, JOB_MS)
  await ground.cluster.kill('worker', 'CONT')
  return id
}

const SAYS = [/killed by SIGKILL/]

export const KILLED: readonly Scenario[] = [
  real(
    16,
    'the CLI is killed by the OOM killer before it has submitted everything',
    async ground => {
      const load = await ground.ended(await killed(ground, { jobs: SUBMITTED, options: { activeJobs: SUBMITTED } }))
      const causes = { 'cli-killed': FILES - SUBMITTED }
      return await ground.seen(load, { kind: 'partly', causes, code: 3, says: SAYS })
    },
    ['2.5'],
  ),
  real(16, 'the CLI is killed by the OOM killer while the engine goes on with all of it', async ground => {
    const load = await ground.ended(await killed(ground, { jobs: FILES }))
    return await ground.seen(load, { kind: 'cached', code: 0, says: SAYS })
  }),
]
