// telling a refusal of the core from a fault
import { AppError } from '../../shared/errors.ts'

/** The code of a refusal; undefined for anything that is none. */
export function toErrorCode(thrown: unknown): string | undefined {
  return thrown instanceof AppError ? thrown.code : undefined
}
