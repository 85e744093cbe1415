// a chat room over an engine in memory, with an agent that answers as the test says
import type { ChatRoom, Command, Reply, Talk } from '../../bot/chat/command.ts'
import type { AllocationRow, Settings, TaskRow } from '../../bot/core/state.ts'
import type { ClusterCalls } from '../../bot/engine/ports.ts'
import type { Actor, Role } from '../../shared/job.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { parseStatement } from '../../shared/statement.ts'
import type { Ending } from '../../shared/wire.ts'
import { createEngineRoom } from '../engine/room.ts'

/** What the agent prints and says at the end of a task; undefined: it goes on running. */
export type Played = { readonly output?: string; readonly ending?: Partial<Ending> }
export type Play = (task: TaskRow) => Played | undefined

export const nobody: MessageDeskLike = {
  heard: async () => ({ repeated: false }),
  open: () => [],
  doneOf: () => undefined,
  conversation: () => undefined,
  lastQuestion: () => undefined,
  answered: async () => {},
  say: async () => {},
}
type MessageDeskLike = ChatRoom['desk']

export type Reading = {
  readonly play?: Play
  readonly settings?: Partial<Settings>
  readonly agent?: boolean
  /** Names in a directory, as the agent answers beside its tasks; undefined: it is not there. */
  readonly names?: (path: string) => Promise<string[]> | string[] | undefined
}

export async function createReadingRoom(more: Reading = {}) {
  const calls: ClusterCalls = {
    async call(_, ask) {
      const lines = ask.verb === 'names' ? await more.names?.(ask.path) : undefined
      return lines === undefined ? { ok: false, why: 'absent', message: 'it is not there' } : { ok: true, lines }
    },
  }
  const engine = createEngineRoom({ calls, ...(more.settings !== undefined && { settings: more.settings }) })
  const bend = { play: more.play ?? ((): Played => ({})) }
  if (more.agent !== false) await engine.connect()
  let last: Promise<void> = Promise.resolve()

  async function act(task: TaskRow, allocation: AllocationRow): Promise<void> {
    await engine.report({ type: 'accepted', allocation: allocation.id })
    await engine.report({ type: 'started', allocation: allocation.id })
    const played = bend.play(task)
    if (played === undefined) return
    const bytes = Buffer.from(played.output ?? '')
    const stream = { allocation: allocation.id, kind: 'output' } as const
    if (bytes.length > 0) await engine.output.append(stream, 0, bytes)
    engine.desk.grown(stream)
    await engine.end(allocation.id, { outputBytes: bytes.length, ...played.ending })
  }

  engine.frames.subscribe(({ events }) => {
    for (const event of events) {
      if (event.type !== 'allocation.placed') continue
      const { allocation } = event
      last = last.then(async () => {
        const task = engine.state.tasks.get(allocation.taskId)
        if (task !== undefined) await act(task, engine.state.allocations.get(allocation.id) ?? allocation)
      })
    }
  })

  const room: ChatRoom = {
    operations: engine.operations,
    desk: nobody,
    clock: engine.clock,
    log: SILENT_LOG,
    tz: 'Asia/Shanghai',
    publicUrl: 'http://gander.example:8080/',
    confirmAbove: 50,
    userOf: () => undefined,
    record: async () => {},
  }
  return {
    ...engine,
    chat: room,
    bend,
    /** All that the agent has begun is played to its end. */
    settled: async () => {
      for (let before: unknown; before !== last; ) {
        before = last
        await last
      }
    },
  }
}

export type ReadingRoom = Awaited<ReturnType<typeof createReadingRoom>>

export const asActor = (role: Role, name = 'ann'): Actor => ({
  name,
  role,
  via: 'chat',
  chat: { place: 'conversation c', staffId: 's1', nick: '张三', message: 'm1' },
})

/** Says a line to a command; `complaint` when its arguments are wrong. */
export async function say<Args>(
  { chat }: { readonly chat: ChatRoom },
  command: Command<Args>,
  line: string,
  actor: Actor = asActor('viewer'),
): Promise<Reply> {
  const read = command.args.safeParse(parseStatement(line))
  if (!read.success) throw new Error(`wrong arguments: ${read.error.issues[0]?.message}`)
  const talk: Talk<Args> = {
    room: chat,
    actor,
    speaker: { staffId: 's1', nick: '张三', user: { name: actor.name, role: actor.role } },
    conversation: { id: 'c', kind: 'group' },
    args: read.data,
    done: undefined,
    signal: new AbortController().signal,
  }
  return command.run(talk)
}

/** What is wrong with the arguments of a line; undefined when nothing is. */
export function complaintOf<Args>(command: Command<Args>, line: string): string | undefined {
  return command.args.safeParse(parseStatement(line)).error?.issues[0]?.message
}
