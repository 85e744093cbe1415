// a refusal that chat makes itself, already in the words in which it is told
import { ERROR_CODES, type ErrorCode } from '../../shared/errors.ts'

/** Its message is one sentence in Chinese: plain text, not yet escaped. `copied` and `typed` hold what is to be copied. */
export class Mistake extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, sentence: string) {
    super(sentence)
    this.name = 'Mistake'
    this.code = code
  }

  get status(): number {
    return ERROR_CODES[this.code].status
  }
}
