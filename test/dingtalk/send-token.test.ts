// the app's token: fetched once, renewed early, replaced when it is refused, by the clock
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GROUP } from '../helpers/dingtalk/local.ts'
import { createSendRoom, failed, GROUP_SEND, PERSON, part, type SendRoom, TOKEN } from './send-room.ts'

const MINUTE = 60_000

let room: SendRoom
beforeEach(async () => {
  room = await createSendRoom()
})
afterEach(() => room.close())

const fetched = (): number => room.local.calls(TOKEN).length

describe('the token', () => {
  it('is fetched once for many sends, and only by the call that hides its secret in the body', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => room.sender.group(GROUP, part())))
    expect(outcomes.every(outcome => outcome.class === 'sent')).toBe(true)
    await room.sender.people([PERSON], part())
    expect(fetched()).toBe(1)
    expect(room.local.calls('GET /gettoken')).toEqual([])
    expect(room.local.calls(TOKEN)[0]?.query).toEqual({})
  })

  it('is renewed five to ten minutes before it ends', async () => {
    await room.sender.group(GROUP, part())
    room.clock.advance(110 * MINUTE - 1)
    await room.sender.group(GROUP, part())
    expect(fetched()).toBe(1)
    room.clock.advance(5 * MINUTE)
    await room.sender.group(GROUP, part())
    expect(fetched()).toBe(2)
    room.clock.advance(60 * MINUTE)
    expect(await room.sender.group(GROUP, part())).toMatchObject({ class: 'sent' })
    expect(fetched()).toBe(2)
  })

  it('is used while it holds when renewing it fails, and then again after a minute', async () => {
    await room.sender.group(GROUP, part())
    room.clock.advance(113 * MINUTE)
    room.local.fault({ route: TOKEN, kind: 'busy', times: 2 })
    expect(await room.sender.group(GROUP, part())).toMatchObject({ class: 'sent' })
    expect(await room.sender.group(GROUP, part())).toMatchObject({ class: 'sent' })
    expect(fetched()).toBe(2)
    room.clock.advance(MINUTE)
    expect(await room.sender.group(GROUP, part())).toMatchObject({ class: 'sent' })
    expect(fetched()).toBe(3)
    room.clock.advance(10 * MINUTE)
    room.local.fault({ route: TOKEN, kind: 'busy' })
    expect(await room.sender.group(GROUP, part())).toMatchObject({ class: 'busy' })
  })

  it('that lives a short time is not fetched for every send', async () => {
    const short = await createSendRoom({ local: { tokenTtlS: 60 } })
    for (let at = 0; at < 3; at += 1) await short.sender.group(GROUP, part())
    expect(short.local.calls(TOKEN)).toHaveLength(1)
    await short.close()
  })

  it('that ends before its time is replaced, and the message is sent once', async () => {
    await room.sender.group(GROUP, part({ text: 'first' }))
    room.local.revokeToken()
    const outcomes = await Promise.all([
      room.sender.group(GROUP, part({ text: 'second' })),
      room.sender.group(GROUP, part({ text: 'third' })),
      room.sender.people([PERSON], part({ text: 'fourth' })),
    ])
    expect(outcomes.map(outcome => outcome.class)).toEqual(['sent', 'sent', 'sent'])
    expect(fetched()).toBe(2)
    const texts = room.local.view(GROUP).map(({ text }) => text)
    expect([...texts].sort()).toEqual(['first', 'second', 'third'])
  })

  it.each([
    ['a card', { status: 400, body: { code: 'InvalidAuthentication', message: '不合法的access_token' } }],
    ['the older words', { status: 200, body: { errcode: 88, sub_code: '40014', sub_msg: '不合法的access_token' } }],
  ])('that is refused twice is not tried a third time: %s', async (_, answer) => {
    room.local.fault({ route: GROUP_SEND, kind: 'status', ...answer, times: 3 })
    const outcome = failed(await room.sender.group(GROUP, part()))
    expect(outcome.class).toBe('config')
    expect(outcome.zh).toContain('DINGTALK_CLIENT_ID')
    expect(room.local.calls(GROUP_SEND)).toHaveLength(2)
    expect(fetched()).toBe(2)
  })

  it('that is refused in the older words is replaced too', async () => {
    const body = { errcode: 88, errmsg: 'ding talk error', sub_code: 40014, sub_msg: '不合法的access_token' }
    room.local.fault({ route: GROUP_SEND, kind: 'status', status: 200, body })
    expect(await room.sender.group(GROUP, part())).toMatchObject({ class: 'sent' })
  })

  it('is not to be had with a wrong secret, and the next time it is asked for again', async () => {
    const wrong = await createSendRoom({ deps: { clientSecret: 'another-secret' } })
    const outcome = failed(await wrong.sender.group(GROUP, part()))
    expect(outcome).toMatchObject({ class: 'config', code: 'invalidClientIdOrSecret' })
    expect(outcome.zh).toContain('DINGTALK_CLIENT_SECRET')
    expect(wrong.local.calls(GROUP_SEND)).toEqual([])
    expect(await wrong.sender.checkToken()).toMatchObject({ class: 'config' })
    expect(wrong.local.calls(TOKEN)).toHaveLength(2)
    await wrong.close()
  })
})

describe('checkToken', () => {
  it('asks the platform every time, and never answers the token', async () => {
    expect(await room.sender.checkToken()).toEqual({ class: 'sent' })
    expect(await room.sender.checkToken()).toEqual({ class: 'sent' })
    expect(fetched()).toBe(2)
    await room.sender.group(GROUP, part())
    expect(fetched()).toBe(2)
  })
})
