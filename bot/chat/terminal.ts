// the same chat over stdin and stdout, for developers: each typed line is a message, letters are printed plainly
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type Heard, type LetterPart, type Outcome, type Place, toConversation } from '../../shared/chat.ts'
import { toPlainText } from '../../shared/chat-markdown.ts'
import { toError } from '../../shared/errors.ts'
import type { Clock } from '../../shared/time.ts'
import type { MessageDesk } from '../engine/chat-port.ts'

/** Who one may speak as; a stranger is known to nobody. */
export const SPEAKERS = ['admin', 'operator', 'viewer', 'stranger'] as const
export type SpeakerName = (typeof SPEAKERS)[number]

const CONVERSATION = 'terminal'
/** The place whose letters are to be printed here. */
export const TERMINAL_PLACE: Place = toConversation(CONVERSATION)

const HELP = [
  'Each line is a message to the bot, such as: 帮助, 预热 /path, status.',
  `:as ${SPEAKERS.join('|')}  speak as somebody else`,
  ':help  this text',
  ':quit  end',
].join('\n')

export type Terminal = {
  /** A way that a letter can go. */
  print(part: LetterPart): Promise<Outcome>
  /** Resolves when the input is over, or `:quit` was typed, and the last message is kept. */
  readonly closed: Promise<void>
  /** Takes no more input. Messages on their way to the desk are kept first. */
  close(): Promise<void>
}

export type TerminalDeps = {
  readonly desk: Pick<MessageDesk, 'heard'>
  readonly input: Readable
  readonly output: Writable
  readonly people: Readonly<Record<SpeakerName, { readonly staffId: string; readonly nick: string }>>
  readonly clock: Clock
  /** Default `operator`. */
  readonly speaker?: SpeakerName
}

/** Begins to read at once. Without a TTY what was read is shown too, so that the output reads as a dialogue. */
export function createTerminal({ desk, people, clock, ...deps }: TerminalDeps): Terminal {
  const screen = openScreen(deps)
  // another process never had the same beginning, so its keys are others
  const begun = clock.now()
  let speaker: SpeakerName = deps.speaker ?? 'operator'
  let count = 0
  let last: Promise<void> = Promise.resolve()

  function hear(text: string): void {
    count += 1
    const heard: Heard = {
      key: `${CONVERSATION} ${begun} ${count}`,
      text,
      conversation: { id: CONVERSATION, kind: 'direct' },
      sender: people[speaker],
    }
    last = last.then(async () => {
      await desk.heard(heard).catch(thrown => screen.say(`not taken: ${toError(thrown).message}`))
    })
  }

  const orders: Readonly<Record<string, (rest: string) => void>> = {
    ':help': () => screen.say(HELP),
    ':quit': () => screen.close(),
    ':as': name => {
      const known = SPEAKERS.find(one => one === name)
      if (known === undefined) screen.say(`:as takes one of ${SPEAKERS.join(', ')}, got ${JSON.stringify(name)}`)
      else speaker = known
      screen.ask(speaker)
    },
  }

  screen.onLine(typed => {
    const line = typed.trim()
    screen.echo(line)
    if (line === '') return screen.ask(speaker)
    const [order = '', ...rest] = line.split(/\s+/)
    const carryOut = orders[order]
    if (carryOut !== undefined) return carryOut(rest.join(' '))
    if (line.startsWith(':')) screen.say(`${order} is not known; :help says what is`)
    else hear(line)
    screen.ask(speaker)
  })
  screen.ask(speaker)

  const closed = screen.closed.then(() => last)
  return {
    async print({ format, text }) {
      screen.say(format === 'markdown' ? toPlainText(text) : text)
      return { class: 'sent' }
    },
    closed,
    close() {
      screen.close()
      return closed
    },
  }
}

// everything but the line break would move the cursor or worse
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g
const CLEAR_LINE = '\r\u001b[K'

function openScreen({ input, output }: Pick<TerminalDeps, 'input' | 'output'>) {
  const isTerminal = 'isTTY' in input && input.isTTY === true
  const reader = createInterface({ input, terminal: isTerminal, ...(isTerminal && { output }) })
  let prompt = ''
  let isOver = false
  const closed = new Promise<void>(resolve => {
    reader.once('close', () => {
      isOver = true
      resolve()
    })
  })
  return {
    closed,
    // lines of the piece that ended it still come
    onLine: (take: (line: string) => void) => void reader.on('line', line => isOver || take(line)),
    close: () => reader.close(),
    /** Shows who speaks next. */
    ask(speaker: string) {
      prompt = `${speaker}> `
      if (!isTerminal || isOver) return
      reader.setPrompt(prompt)
      reader.prompt()
    },
    /** What a pipe brought in stands nowhere else. */
    echo(line: string) {
      if (!isTerminal) output.write(`${prompt}${line}\n`)
    },
    /** What is being typed stays, below. */
    say(text: string) {
      output.write(`${isTerminal ? CLEAR_LINE : ''}${text.replace(CONTROL, '')}\n`)
      if (isTerminal && !isOver) reader.prompt(true)
    },
  }
}
