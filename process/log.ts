// the log of a process: JSON lines on stderr, easy to read for a person when stderr is a terminal
import { pino } from 'pino'
import { createLog, createRedactor, type Log, type LogLevel, type LogSink } from '../shared/log.ts'

/** Makes the log. `secrets` are replaced by stars wherever they appear. */
export async function createProcessLog(
  program: string,
  { level, secrets }: { readonly level: LogLevel; readonly secrets: readonly string[] },
): Promise<Log> {
  const pretty = process.stderr.isTTY ? await import('pino-pretty').catch(() => undefined) : undefined
  const to = { sync: true }
  const target = pretty === undefined ? pino.destination({ dest: 2, ...to }) : pretty.default({ destination: 2, ...to })
  const logger = pino({ level, base: { program }, timestamp: pino.stdTimeFunctions.isoTime }, target)
  const at =
    (name: LogLevel) =>
    (fields: object, message: string): void =>
      logger[name](fields, message)
  const sink: LogSink = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return createLog(sink, createRedactor(secrets))
}
