// the table of commands: its words, its order, its examples, its page
import { describe, expect, test } from 'vitest'
import { findRow, LISTED, ROWS } from '../../bot/chat/commands.ts'
import { toChatPage } from '../../bot/chat/help-page.ts'
import { parseStatement } from '../../shared/statement.ts'
import { findings, measured } from '../core/world.ts'
import { createDialogue } from './dialogue.ts'
import type { Play } from './reading.ts'

const WORDS = [
  ['预热', '加载', 'load', 'warm', 'preload'],
  ['强制预热', '刷新预热', 'forceload'],
  ['元数据', '刷新元数据', 'metadata', 'loadmetadata'],
  ['释放', 'free'],
  ['列表', '查看', 'ls', 'list'],
  ['占比', '缓存', 'cached', 'du'],
  ['报告', '集群', 'report', 'cluster'],
  ['状态', '进度', 'status'],
  ['日志', '输出', 'logs', 'output'],
  ['停止', '取消任务', 'stop', 'cancel'],
  ['重试', 'retry'],
  ['定时', 'schedule'],
  ['代理', 'agents'],
  ['我是谁', 'whoami'],
  ['确认', 'yes', 'confirm'],
  ['取消', 'no', 'dismiss'],
  ['帮助', 'help', '?'],
]

test('the words and their order', () => {
  expect(LISTED.map(({ words }) => words)).toEqual(WORDS)
})

test('no word has two meanings', () => {
  const all = WORDS.flat()
  expect(new Set(all).size).toBe(all.length)
})

test('words are found whatever their case and width', () => {
  for (const row of ROWS)
    for (const word of row.words) {
      expect(findRow(parseStatement(word.toUpperCase()))?.row).toBe(row)
      const wide = word.replace(/[a-z]/g, char => String.fromCharCode(char.charCodeAt(0) + 0xfee0))
      expect(findRow(parseStatement(`@Gander　${wide}`))?.row).toBe(row)
    }
})

const FAILED = { ending: { findings: findings({ before: measured(3, 0), after: measured(3, 1), missingTotal: 2 }) } }
// a load of which one path has failed and one is under way; whatever else is asked ends well
const play: Play = ({ path, options }) => {
  if (path === '/bad') return FAILED
  if (path === '/long') return undefined
  return options.dryRun ? { ending: { estimate: { files: 1, bytes: 1, missingBytes: 0 } } } : { output: 'x\n' }
}

describe('every example is carried out', () => {
  const examples = LISTED.flatMap(({ words, examples }) => examples.map(example => [words[0] ?? '', example] as const))

  test.each(examples)('%s: %s', async (word, example) => {
    const { says, lettersIn, state } = await createDialogue({ play })
    await says('预热 /bad /long 名称=夜间')
    // a question waits for those that answer one
    await says('停止 1')
    const before = [...state.tasks.rows()].length
    const answer = await says(example)
    const told = lettersIn('cid').at(-1)?.parts[0]
    expect(told?.title, answer).not.toMatch(/未执行|内部错误/)
    expect(answer.length).toBeGreaterThan(0)
    expect(answer.length).toBeLessThan(3_500)
    if (['预热', '强制预热', '元数据'].includes(word)) expect([...state.tasks.rows()].length).toBeGreaterThan(before)
  })
})

test('help of each word fits, names its other words, and holds no loose mark', async () => {
  const { says } = await createDialogue()
  for (const words of WORDS) {
    for (const word of words) {
      const answer = await says(`帮助 ${word}`, { by: 'root' })
      for (const other of words) expect(answer).toContain(other)
      expect(answer).not.toMatch(/undefined|<(?!br)/)
    }
  }
  expect((await says('帮助', { by: 'root' })).length).toBeLessThan(3_500)
})

test('the page shows every word and example', () => {
  const page = toChatPage()
  for (const { words, examples, usage } of LISTED)
    for (const text of [...words, ...examples, ...usage]) expect(page).toContain(`\`${text.replaceAll('|', '\\|')}\``)
  expect(page.endsWith('\n')).toBe(true)
})
