// what the clock did and did not do, told where schedules were made and to the robot
import { afterEach, expect, test } from 'vitest'
import type { ScheduleDraft } from '../../bot/core/schedule-commands.ts'
import type { ScheduleRow } from '../../bot/core/state.ts'
import { HOUR, SECOND, toInstant } from '../../shared/time.ts'
import { typed } from '../core/talk.ts'
import { ROOT } from '../core/world.ts'
import { createStage, MISSING, must } from './stage.ts'

type Stage = Awaited<ReturnType<typeof createStage>>
let stage: Stage
afterEach(() => stage.close())

async function open() {
  stage = await createStage()
  await stage.hear()
  const { room } = stage
  let serial = 0
  return {
    ...stage,
    async schedule(name: string, policy: Partial<ScheduleDraft['policy']> = {}): Promise<ScheduleRow> {
      serial += 1
      const draft: ScheduleDraft = {
        ...{ name, view: 'native', work: { kind: 'ask', action: 'load', paths: ['/a'], options: {} } },
        timing: { expression: '0 2 * * *', cron: '0 0 2 * * * *', zone: 'Asia/Shanghai', jitterSeconds: 0 },
        policy: { overlap: 'skip', misfire: 'skip', notify: 'alarm', ...policy },
      }
      const actor = typed(`schedule ${serial}`, { as: ROOT })
      const { scheduleId } = await room.engine.dispatch({ type: 'schedule.put', actor, draft })
      return must(room.state.schedules.get(must(scheduleId)))
    },
    /** A slot of each comes so long after its time. */
    async due(schedules: readonly ScheduleRow[], lateMs: number): Promise<void> {
      const slot = toInstant(room.clock.now() - lateMs)
      const due = schedules.map(({ id, version }) => ({
        ...{ scheduleId: id, version },
        firings: [{ slot, dueAt: slot, plan: { name: `run of ${id}`, paths: [`/a/${id}`] } }],
      }))
      await room.engine.dispatch({ type: 'schedule.due', due })
    },
  }
}

test('a daemon that was away tells what it missed in one message to each place, and calls who made it', async () => {
  const { schedule, due, pass, sent } = await open()
  const made = []
  for (let at = 1; at <= 100; at += 1) made.push(await schedule(`夜间-${at}`))
  await due(made, 2 * HOUR)
  await pass(6 * SECOND)
  expect(sent.map(({ channel, part }) => [channel, part.title, part.mentions])).toEqual([
    ['session', '告警：100 个定时未执行', ['s1']],
    ['robot', '告警：100 个定时未执行', []],
  ])
  expect(sent[0]?.part.text).toContain('- 其余 70 次')
})

test('one that is run late is told as such, one that keeps quiet is not told at all', async () => {
  const { schedule, due, pass, sent } = await open()
  await due([await schedule('夜间', { misfire: 'run-once' }), await schedule('静', { notify: 'never' })], 2 * HOUR)
  await pass(6 * SECOND)
  expect(sent.map(({ channel, part }) => `${channel} ${part.title}`)).toEqual([
    'session 告警：定时补跑 夜间',
    'robot 告警：定时补跑 夜间',
  ])
  expect(sent[0]?.part.text).toMatch(/守护进程当时不在（任务 #\d+）/)
})

test('the end of a run says which slot of which schedule it was', async () => {
  const { schedule, due, pass, end, sent, room } = await open()
  const row = await schedule('夜间')
  await due([row], 0)
  const [job] = (await room.operations.listJobs(ROOT, {})).items
  await end(must(job), MISSING)
  await pass(6 * SECOND)
  const [first] = sent
  expect(first?.part.title).toMatch(/^告警：预热未完成 #/)
  expect(first?.part.text).toMatch(/\n- \*\*定时\*\*：夜间 第 1 次，\d{4}-\d\d-\d\d \d\d:\d\d:\d\d（Asia\/Shanghai）/)
})
