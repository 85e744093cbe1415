// how a run ended, in Chinese
import { type Exit, killedBy } from '../../../shared/allocation.ts'
import { cutText, escapeMarkdown } from '../../../shared/chat-markdown.ts'

/** Longest message of a program within a line. */
const MOST_QUOTED = 200

const ENDINGS: Readonly<Record<Exit['reason'], (exit: Exit) => string>> = {
  exited: toExited,
  signalled: exit => `CLI 被信号 ${exit.signal ?? '未知'} 终止`,
  timeout: () => '超过规定时间，已终止',
  stopped: () => '已停止',
  'spawn-failed': () => 'CLI 无法启动',
  refused: () => '代理拒绝执行',
  lost: () => '代理失联，运行结果未知',
}

/** One clause; what a program said is quoted and escaped. Undefined when it simply ended with 0. */
export function toEnding(exit: Exit | undefined): string | undefined {
  if (exit === undefined || (exit.reason === 'exited' && (exit.code ?? 0) === 0)) return undefined
  const how = ENDINGS[exit.reason](exit)
  return exit.message === undefined ? how : `${how}：${escapeMarkdown(cutText(exit.message.trim(), MOST_QUOTED))}`
}

function toExited(exit: Exit): string {
  const signal = killedBy(exit)
  return signal === undefined ? `CLI 退出码 ${exit.code ?? '未知'}` : `CLI 被信号 ${signal} 终止（退出码 ${exit.code}）`
}
