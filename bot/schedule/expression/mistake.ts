// what is wrong with an expression, and where
import { AppError, shown } from '../../../shared/errors.ts'
import type { FieldName } from './fields.ts'

/** A piece of what was written. `at` counts characters from 0. */
export type Piece = { readonly text: string; readonly at: number }

type Wrong = {
  readonly field?: FieldName
  /** What it must do: `have a second from 0 to 59`. */
  readonly must: string
  readonly got: Piece
  /** How that is said, when it is not simply quoted. */
  readonly said?: string
}

/** `expression must have an hour from 0 to 23, got "25" at character 3.` */
export function toMistake({ field, must, got, said }: Wrong): AppError {
  const position = got.at + 1
  return new AppError(
    'INVALID_INPUT',
    `expression must ${must}, got ${said ?? shown(got.text)} at character ${position}.`,
    {
      details: {
        field: 'expression',
        ...(field !== undefined && { part: field }),
        allowed: must.replace(/^(have|be) /, ''),
        got: got.text,
        position,
      },
    },
  )
}
