// the chat over pipes: what is typed is heard by the desk, what is written is printed
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createTerminal, TERMINAL_PLACE } from '../../bot/chat/terminal.ts'
import { createMessageDesk } from '../../bot/engine/message-desk.ts'
import type { Heard, LetterPart } from '../../shared/chat.ts'
import { createEngineRoom } from '../engine/room.ts'

const PEOPLE = {
  admin: { staffId: 'dev-admin', nick: '管理员' },
  operator: { staffId: 'dev-operator', nick: '操作员' },
  viewer: { staffId: 'dev-viewer', nick: '观察员' },
  stranger: { staffId: '', nick: '陌生人' },
}
const part = (text: string, format: LetterPart['format'] = 'markdown'): LetterPart => {
  return { format, title: 't', text, mentions: [] }
}

function open(more: { tty?: boolean; heard?: (heard: Heard) => Promise<{ repeated: boolean }> } = {}) {
  const room = createEngineRoom()
  const real = createMessageDesk(room)
  const input = Object.assign(new PassThrough(), more.tty ? { isTTY: true, setRawMode: () => {} } : {})
  const output = Object.assign(new PassThrough(), more.tty ? { isTTY: true, columns: 80, rows: 24 } : {})
  let printed = ''
  output.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const desk = { heard: more.heard ?? real.heard }
  const terminal = createTerminal({ desk, input, output, people: PEOPLE, clock: room.clock })
  return { room, real, input, terminal, printed: () => printed }
}

describe('typed lines', () => {
  it('are messages of whoever speaks, each with a key of its own, kept before the end', async () => {
    const { real, input, terminal } = open()
    input.end('帮助\n\n  预热 /a  \n预热 /a\n:as stranger\nwhoami\n')
    await terminal.closed
    expect(real.open()).toMatchObject([
      { text: '帮助', conversationId: 'terminal', staffId: 'dev-operator', nick: '操作员' },
      { text: '预热 /a', staffId: 'dev-operator' },
      { text: '预热 /a', staffId: 'dev-operator' },
      { text: 'whoami', staffId: '', nick: '陌生人' },
    ])
    expect(real.conversation('terminal')).toMatchObject({ kind: 'direct' })
    expect(new Set(real.open().map(({ id }) => id)).size).toBe(4)
  })

  it('have other keys after a restart', async () => {
    const keys: string[] = []
    const heard = async ({ key }: Heard) => {
      keys.push(key)
      return { repeated: false }
    }
    for (const began of [1_000, 1_001]) {
      const clock = { now: () => began, after: () => () => {} }
      const input = new PassThrough().end('帮助\n')
      await createTerminal({ desk: { heard }, input, output: new PassThrough(), people: PEOPLE, clock }).closed
    }
    expect(keys).toEqual(['terminal 1000 1', 'terminal 1001 1'])
  })

  it('that are not taken are told', async () => {
    const heard = async () => {
      throw new Error('the disk is full')
    }
    const { input, terminal, printed } = open({ heard })
    input.end('帮助\n')
    await terminal.closed
    expect(printed()).toBe('operator> 帮助\nnot taken: the disk is full\n')
  })

  it('that begin with a colon are for the terminal', async () => {
    const { real, input, terminal, printed } = open()
    input.write(':as nobody\n:as admin\n:what\n:help\n:quit\n预热 /late\n')
    await terminal.closed
    expect(real.open()).toEqual([])
    const lines = printed().split('\n')
    expect(lines.slice(0, 5)).toEqual([
      'operator> :as nobody',
      ':as takes one of admin, operator, viewer, stranger, got "nobody"',
      'operator> :as admin',
      'admin> :what',
      ':what is not known; :help says what is',
    ])
    expect(lines.at(-2)).toBe('admin> :quit')
    expect(printed()).toContain(':quit  end')
  })
})

describe('letters', () => {
  it('are printed without their marks and without anything that moves the cursor', async () => {
    const { terminal, printed } = open()
    expect(await terminal.print(part('### 通知：预热完成 #17\n\n- **/a\\_b**：3% → **100%**'))).toEqual({
      class: 'sent',
    })
    await terminal.print(part('as **it** is\u001b[2J\nx', 'text'))
    expect(printed()).toBe('通知：预热完成 #17\n\n- /a_b：3% → 100%\nas **it** is[2J\nx\n')
    expect(TERMINAL_PLACE).toBe('conversation terminal')
    await terminal.close()
  })

  it('come above what is being typed on a terminal, which shows who speaks', async () => {
    const { input, terminal, printed, real } = open({ tty: true })
    input.write('帮')
    await terminal.print(part('hello'))
    expect(printed()).toContain('operator> 帮')
    expect(printed()).toMatch(/\r\u001b\[Khello\n[^\n]*operator> 帮[^\n]*$/)
    input.write('助\r:as viewer\r')
    expect(printed()).toContain('viewer> ')
    await terminal.close()
    expect(real.open()).toMatchObject([{ text: '帮助' }])
    await terminal.print(part('after'))
    expect(printed()).toContain('after\n')
  })
})
