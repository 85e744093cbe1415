// letters become messages: which way, in which order, and what follows from how a sending ended
import { afterEach, describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts'
import { calm, createStage, draft, failed, GROUP, must, ROBOT, SENT, type Sent } from './stage.ts'

type Stage = Awaited<ReturnType<typeof createStage>>
let stage: Stage
const open = async (given?: Parameters<typeof createStage>[0]): Promise<Stage> => {
  stage = await createStage(given)
  return stage
}
afterEach(() => stage.close())

const channelsOf = (sent: readonly Sent[]): string[] =>
  sent.map(({ channel, outcome }) => `${channel} ${outcome.class}`)

describe('the way', () => {
  test('is the newest session, until five minutes before it ends, then the robot’s API', async () => {
    const { hear, office, pass, sent } = await open()
    await hear()
    const url = await hear(90 * MINUTE)
    await office.write(draft('one'))
    await calm()
    await pass(84 * MINUTE, MINUTE)
    await office.write(draft('two'))
    await pass(2 * MINUTE, MINUTE)
    await office.write(draft('three'))
    await calm()
    expect(sent.map(({ channel, to, part }) => [part.title, channel, to])).toEqual([
      ['one', 'session', url],
      ['two', 'session', url],
      ['three', 'api', 'cid1'],
    ])
  })

  test('to a person, and to a direct chat, is the API to people', async () => {
    const { office, room, sent } = await open()
    await office.write(draft('a', { place: 'staff 0147' }))
    await room.messageDesk.heard({
      ...{ key: 'k', text: 'x', conversation: { id: 'cidD', kind: 'direct' } },
      sender: { staffId: '0148', nick: 'Li' },
    })
    await office.write(draft('b', { place: 'conversation cidD' }))
    await office.write(draft('c', { place: 'conversation nobody-spoke' }))
    await calm()
    expect(sent.map(({ part, to }) => `${part.title} ${to}`).sort()).toEqual([
      'a people 0147',
      'b people 0148',
      'c nobody-spoke',
    ])
  })

  test('of results falls back to the custom robot, of answers does not', async () => {
    const { hear, office, sent, script } = await open()
    await hear()
    script.way = ({ channel }) => (channel === 'robot' ? SENT : failed(channel === 'session' ? 'expired' : 'config'))
    await office.write(draft('result'))
    await office.write(draft('answer', { kind: 'answer' }))
    await calm()
    const of = (title: string) => channelsOf(sent.filter(({ part }) => part.title === title))
    expect(of('result')).toEqual(['session expired', 'api config', 'robot sent'])
    expect(of('answer')).toEqual(['session expired', 'api config'])
    expect(office.letters()).toMatchObject([{ kind: 'answer', closed: ['session', 'api'] }])
  })

  test('to a terminal is the terminal alone', async () => {
    const { office, sent } = await open()
    await office.write(draft('hello', { place: 'conversation terminal', card: undefined }))
    await calm()
    expect(channelsOf(sent)).toEqual(['terminal sent'])
  })

  test('of what would rather be a card is the card, and text where there is none', async () => {
    const opened: string[] = []
    const { office, sent, room } = await open({
      postman: {
        openCard: async letter => {
          opened.push(letter.parts[0]?.title ?? '')
          if (letter.alarm) return 'not-here'
          const card = { id: `card-${letter.id}`, jobId: must(letter.card), place: letter.place, shown: {} }
          await room.postOffice.cardOpened(card, letter.id)
          return 'opened'
        },
      },
    })
    const { job } = await room.submit(['/a'])
    await office.write(draft('no card', { card: job.id, alarm: true, kind: 'answer' }))
    await office.write(draft('card', { card: job.id, kind: 'answer' }))
    await office.write(draft('plain', { kind: 'answer' }))
    await calm()
    expect(opened).toEqual(['no card', 'card'])
    expect(sent.map(({ part }) => part.title)).toEqual(['no card', 'plain'])
  })
})

describe('the order', () => {
  test('of a place is that of its letters, alarms before the rest', async () => {
    const { office, sent, script, pass } = await open()
    script.way = () => failed('busy')
    await office.write(draft('one'))
    await calm()
    script.way = () => SENT
    for (const title of ['two', 'three']) await office.write(draft(title))
    await calm()
    expect(sent).toHaveLength(1)
    await office.write(draft('alarm', { alarm: true }))
    await pass(10 * SECOND)
    expect(sent.slice(1).map(({ part }) => part.title)).toEqual(['alarm', 'one', 'two', 'three'])
  })

  test('of different places is none: one that hangs holds up nobody, eight do', async () => {
    const { office, sent, script } = await open()
    const hanging: (() => void)[] = []
    script.way = ({ to }) => (to.startsWith('slow') ? new Promise(resolve => hanging.push(() => resolve(SENT))) : SENT)
    for (let at = 0; at < 7; at += 1) await office.write(draft(`slow${at}`, { place: `conversation slow${at}` }))
    await office.write(draft('quick', { place: 'conversation quick' }))
    await calm()
    expect(sent.map(({ part }) => part.title)).toEqual(['quick'])
    await office.write(draft('slow7', { place: 'conversation slow7' }))
    await office.write(draft('waits', { place: 'conversation quick' }))
    await calm()
    expect([sent.length, hanging.length]).toEqual([1, 8])
    hanging[0]?.()
    await calm()
    expect(sent.map(({ part }) => part.title)).toEqual(['quick', 'slow0', 'waits'])
    for (const release of hanging) release()
  })

  test('is not held up by what nobody can take', async () => {
    const { hear, office, sent, script } = await open()
    script.way = () => failed('config')
    await hear()
    await office.write(draft('stuck', { kind: 'answer' }))
    await calm()
    script.way = () => SENT
    await office.write(draft('stuck too', { kind: 'answer', place: 'staff 0147' }))
    await office.write(draft('next', { kind: 'answer' }))
    await calm()
    const titles = sent.filter(({ outcome }) => outcome.class === 'sent').map(({ part }) => part.title)
    expect(titles.sort()).toEqual(['next', 'stuck too'])
  })
})

describe('an outcome', () => {
  test('of busy and of none means again, with growing waits', async () => {
    const { office, sent, script, pass, room } = await open()
    const begin = room.clock.now()
    script.way = () => failed(sent.length % 2 === 0 ? 'busy' : 'unknown')
    await office.write(draft('one', { place: ROBOT }))
    await calm()
    await pass(4 * MINUTE)
    expect(sent.map(({ at }) => (at - begin) / SECOND)).toEqual([0, 1, 3, 8, 18, 38, 78, 138, 198])
    // a repeat of what may have arrived is recognised by the robot
    expect(new Set(sent.map(({ uuid }) => uuid)).size).toBe(1)
    script.way = () => SENT
    await pass(MINUTE)
    expect(office.letters()).toEqual([])
  })

  test('of speed means the wait that it names', async () => {
    const { office, sent, script, pass, room } = await open()
    const begin = room.clock.now()
    script.way = () => (sent.length === 0 ? failed('rate', 7 * SECOND) : SENT)
    await office.write(draft('one'))
    await calm()
    await pass(20 * SECOND)
    expect(sent.map(({ at }) => (at - begin) / SECOND)).toEqual([0, 7])
  })

  test('of text that is refused is tried on every way, then dropped and told', async () => {
    const { hear, office, sent, script, lines } = await open()
    await hear()
    script.way = () => failed('content')
    await office.write(draft('one'))
    await calm()
    expect(channelsOf(sent)).toEqual(['session content', 'api content', 'robot content'])
    expect(office.letters()).toEqual([])
    expect(lines.join('\n')).toContain('a letter was dropped: its text is not accepted')
  })

  test('of our own mistake, a way that throws included, means the next way and a line in the log', async () => {
    const { hear, office, sent, script, lines } = await open()
    await hear()
    script.way = ({ channel }) => {
      if (channel === 'session') throw new Error('oops')
      return channel === 'api' ? failed('bug') : SENT
    }
    await office.write(draft('one'))
    await calm()
    expect(channelsOf(sent)).toEqual(['api bug', 'robot sent'])
    expect(lines.filter(line => line.startsWith('a message cannot be sent this way'))).toHaveLength(2)
  })

  test('of too long means smaller pieces once, then another way', async () => {
    const { hear, office, sent, script } = await open()
    await hear()
    const text = `### 通知：x\n${'数据\n'.repeat(800).trim()}`
    const parts = [{ format: 'markdown' as const, title: '通知：x', text, mentions: [] }]
    script.way = ({ channel, part }) =>
      part.text.length > (channel === 'session' ? 2_000 : 1) ? failed('too-long') : SENT
    await office.write(draft('x', { parts }))
    await calm()
    expect(sent.map(({ channel, outcome, part }) => `${channel} ${outcome.class} ${part.title}`)).toEqual([
      'session too-long 通知：x',
      'session sent 通知：x (1/2)',
      'session sent 通知：x (2/2)',
    ])
    script.way = ({ channel }) => (channel === 'session' ? failed('too-long') : SENT)
    await office.write(draft('x', { parts }))
    await calm()
    expect(channelsOf(sent.slice(3))).toEqual(['session too-long', 'session too-long', 'api sent', 'api sent'])
    expect(office.letters()).toEqual([])
  })
})

describe('when all ways are closed', () => {
  test('a letter is kept and tried anew every ten minutes, and dropped after a day', async () => {
    const { hear, office, sent, script, pass, room } = await open()
    const begin = room.clock.now()
    await hear(30 * HOUR)
    script.way = () => failed('config')
    await office.write(draft('one'))
    await calm()
    await pass(25 * MINUTE, 10 * SECOND)
    expect([...new Set(sent.map(({ at }) => (at - begin) / MINUTE))]).toEqual([0, 10, 20])
    expect(channelsOf(sent).slice(0, 3)).toEqual(['session config', 'api config', 'robot config'])
    expect(office.givenUp()).toBeUndefined()
    await pass(DAY, MINUTE)
    expect(office.letters()).toEqual([])
    expect(office.givenUp()?.count).toBe(1)
    const tries = sent.length
    await pass(HOUR, MINUTE)
    expect(sent).toHaveLength(tries)
  })

  test('a mended setting lets it go at the next look', async () => {
    const { office, sent, script, pass } = await open()
    script.way = () => failed('config')
    await office.write(draft('one'))
    await calm()
    await pass(MINUTE, SECOND)
    script.way = () => SENT
    await pass(10 * MINUTE, SECOND)
    expect(channelsOf(sent)).toEqual(['api config', 'robot config', 'api sent'])
  })

  test('a way that opens anew takes it at once', async () => {
    const { hear, office, sent, script } = await open()
    script.way = () => failed('config')
    await office.write(draft('one', { kind: 'answer' }))
    await calm()
    script.way = () => SENT
    await hear()
    await calm()
    expect(sent.map(({ channel, part }) => `${channel} ${part.title}`)).toEqual(['api one', 'session one'])
  })

  test('a fresh session takes what rests at once, the oldest first, each once', async () => {
    const { hear, office, sent, script, pass } = await open()
    await hear()
    script.way = ({ channel }) => failed(channel === 'session' ? 'expired' : 'config')
    for (const title of ['one', 'two']) await office.write(draft(title, { kind: 'answer' }))
    await calm()
    const tries = sent.length
    expect(tries).toBe(4)
    script.way = () => SENT
    const url = await hear()
    await calm()
    expect(sent.slice(tries).map(({ to, part }) => [to, part.title])).toEqual([
      [url, 'one'],
      [url, 'two'],
    ])
    await pass(20 * MINUTE, MINUTE)
    expect([sent.length, office.letters()]).toEqual([tries + 2, []])
  })

  test('a fresh session that is refused too is tried once, and they rest again', async () => {
    const { hear, office, sent, script, pass, room } = await open()
    const begin = room.clock.now()
    await hear()
    script.way = ({ channel }) => failed(channel === 'session' ? 'expired' : 'config')
    await office.write(draft('one', { kind: 'answer' }))
    await calm()
    await pass(MINUTE, SECOND)
    await hear()
    await calm()
    await pass(11 * MINUTE, 10 * SECOND)
    expect(sent.map(({ channel, at }) => `${channel} ${(at - begin) / MINUTE}`)).toEqual([
      ...['session 0', 'api 0', 'session 1'],
      ...['session 11', 'api 11'],
    ])
  })

  test('a fresh session does not wait for another way that is tried anew', async () => {
    const { hear, office, sent, script, pass } = await open()
    await hear()
    script.way = ({ channel }) => failed(channel === 'session' ? 'expired' : 'config')
    await office.write(draft('one', { kind: 'answer' }))
    await calm()
    script.way = ({ channel }) => failed(channel === 'session' ? 'expired' : 'busy')
    await pass(10 * MINUTE, MINUTE)
    expect(channelsOf(sent).slice(2)).toEqual(['session expired', 'api busy'])
    script.way = () => SENT
    await hear()
    await calm()
    expect(channelsOf(sent).slice(4)).toEqual(['session sent'])
  })

  test('a letter for which no way is configured waits for somebody to speak', async () => {
    const { hear, office, sent, pass, lines } = await open({
      ways: ({ session }) => (session === undefined ? {} : { session }),
    })
    await office.write(draft('one', { kind: 'answer' }))
    await pass(25 * MINUTE, MINUTE)
    expect(sent).toEqual([])
    expect(lines.filter(line => line.startsWith('a letter waits'))).toHaveLength(1)
    await hear()
    await calm()
    expect(sent.map(({ part }) => part.title)).toEqual(['one'])
  })
})

describe('a fresh session', () => {
  test('waits as long as the last one was asked to', async () => {
    const { hear, office, sent, script, pass, room } = await open()
    const begin = room.clock.now()
    await hear()
    script.way = () => (sent.length === 0 ? failed('rate', 30 * SECOND) : SENT)
    await office.write(draft('one'))
    await calm()
    await hear()
    await pass(MINUTE)
    expect(sent.map(({ channel, at }) => `${channel} ${(at - begin) / SECOND}`)).toEqual(['session 0', 'session 30'])
  })

  test.each(['before', 'after'])(
    'takes nothing that the robot may have shown; the session was heard of %s',
    async when => {
      const { hear, office, sent, script, pass } = await open()
      if (when === 'before') await hear()
      script.way = ({ channel }) =>
        failed(channel === 'robot' ? 'unknown' : channel === 'session' ? 'expired' : 'config')
      await office.write(draft('one'))
      await calm()
      script.way = () => SENT
      await hear()
      await pass(5 * SECOND)
      const last = sent.slice(-2)
      expect(channelsOf(last)).toEqual(['robot unknown', 'robot sent'])
      expect(last[0]?.uuid).toBe(last[1]?.uuid)
    },
  )
})

describe('a restart', () => {
  test('loses nothing and sends no part twice', async () => {
    const { hear, office, sent, script, close, restart } = await open()
    await hear()
    const parts = ['1', '2', '3'].map(title => ({ format: 'markdown' as const, title, text: title, mentions: [] }))
    script.way = ({ part }) => (part.title === '2' ? failed('busy') : SENT)
    await office.write(draft('x', { parts }))
    await calm()
    expect(channelsOf(sent)).toEqual(['session sent', 'session busy'])
    await close()
    script.way = () => SENT
    const next = await restart()
    await stage.pass(5 * SECOND)
    expect(sent.filter(({ outcome }) => outcome.class === 'sent').map(({ part }) => part.title)).toEqual([
      '1',
      '2',
      '3',
    ])
    await next.postman.close()
    await next.notifier.close()
  })

  test('sends again, under the same name, what nobody knows the end of', async () => {
    const { office, sent, script, restart } = await open()
    const uuids: (string | undefined)[] = []
    script.way = ({ uuid }) => {
      uuids.push(uuid)
      return uuids.length === 1 ? new Promise(() => {}) : SENT
    }
    await office.write(draft('one', { place: ROBOT }))
    await calm()
    const next = await restart()
    await calm()
    expect(uuids).toHaveLength(2)
    expect(uuids[0]).toBe(uuids[1])
    expect([sent.length, next.office.letters()]).toEqual([1, []])
    await next.postman.close()
    await next.notifier.close()
    void stage.room.move(5 * SECOND)
  })
})

describe('saving', () => {
  test('that fails behind a sending repeats the saving, not the sending', async () => {
    const { hear, office, sent, script, pass, room } = await open()
    await hear()
    script.way = () => {
      room.bend.save = async () => {
        throw new Error('disk full')
      }
      return SENT
    }
    await office.write(draft('one'))
    await calm()
    await pass(30 * SECOND)
    expect(sent).toHaveLength(1)
    room.bend.save = async () => {}
    await pass(MINUTE)
    expect([sent.length, office.letters()]).toEqual([1, []])
  })

  test('that fails before the robot is called leaves it uncalled', async () => {
    const { office, sent, pass, room } = await open()
    let frames = 0
    room.bend.save = async () => {
      frames += 1
      if (frames > 1 && frames < 5) throw new Error('disk full')
    }
    await office.write(draft('one', { place: ROBOT }))
    await calm()
    expect(sent).toEqual([])
    await pass(30 * SECOND)
    expect(sent).toHaveLength(1)
  })

  test('that is over for good lets nothing more be sent', async () => {
    const { office, sent, script, room, pass } = await open()
    script.way = () => failed('busy')
    await office.write(draft('one', { place: ROBOT }))
    await calm()
    await room.engine.close()
    await pass(MINUTE)
    expect(sent).toHaveLength(1)
  })
})

test('closing lets a call in flight be noted, and begins none', async () => {
  const { office, sent, script, close } = await open()
  let answer = (_outcome: typeof SENT): void => {}
  script.way = () => new Promise(resolve => (answer = resolve))
  await office.write(draft('one'))
  await office.write(draft('two'))
  await calm()
  const closing = close()
  answer(SENT)
  await closing
  await calm()
  expect(sent.map(({ part }) => part.title)).toEqual(['one'])
  expect(office.letters().map(({ parts }) => parts[0]?.title)).toEqual(['two'])
})

describe('the self-test', () => {
  test('sends one message that keyword filters pass, and says how it went', async () => {
    const { postman, sent, office, script } = await open()
    expect(await postman.test()).toEqual([{ channel: 'robot', outcome: SENT }])
    expect(sent[0]?.part.text).toMatch(/^测试：Gander 自检\n.*通知.*告警/)
    script.way = () => failed('config')
    expect(await postman.test()).toMatchObject([{ outcome: { class: 'config', code: 'c-config' } }])
    expect(office.letters()).toEqual([])
  })

  test('says nothing where there is no robot, and does not wait for ever', async () => {
    const { postman, office, pass } = await open()
    for (let at = 0; at < 18; at += 1) await office.write(draft(`n${at}`, { place: ROBOT }))
    await calm()
    const waits = postman.test()
    await calm()
    await pass(20 * SECOND)
    expect(await waits).toMatchObject([{ outcome: { class: 'rate', code: 'waiting' } }])
    await stage.close()
    await open({ ways: ({ session }) => (session === undefined ? {} : { session }) })
    expect(await stage.postman.test()).toEqual([])
  })
})

test('no line of the log holds a session', async () => {
  const { hear, office, script, lines } = await open()
  await hear()
  script.way = () => failed('expired')
  await office.write(draft('one', { place: GROUP }))
  await calm()
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.join('\n')).not.toContain('oapi.dingtalk.com')
})
