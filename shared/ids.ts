// UUIDv7: ids whose lexical order is their age, and the port that makes them
import * as z from 'zod'

export const Id = z.uuid().meta({ id: 'Id' })
export type Id = string

/** Makes ids. Seeded in tests, so that the core stays deterministic. */
export type Ids = { next(nowMs: number): Id }

/** Random bytes: how many are wanted, filled by the caller of the system or by a seeded source. */
export type RandomBytes = (count: number) => Uint8Array

/** The system is asked for so many at once: a frame may make thousands of ids. */
const POOL_BYTES = 4_096
let pool = new Uint8Array(0)
let taken = 0

const systemRandom: RandomBytes = count => {
  if (taken + count > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(Math.max(POOL_BYTES, count)))
    taken = 0
  }
  taken += count
  return pool.subarray(taken - count, taken)
}

/**
 * An id source that never goes backwards: within one millisecond, and when the clock was set back, it counts on from
 * the last id (RFC 9562, section 6.2, method 2: monotonic random).
 * @param newest the newest id already in use, so that ids made after a restart are younger
 */
export function createIds(newest: Id | undefined = undefined, random: RandomBytes = systemRandom): Ids {
  let last = newest === undefined ? 0n : toBigInt(newest)
  return {
    next(nowMs) {
      const fresh = (BigInt(Math.max(0, Math.floor(nowMs))) << 74n) | toRandom74(random(10))
      last = fresh > last ? fresh : last + 1n
      return toUuid(last)
    },
  }
}

// 48 bits of time and 74 random bits, without version and variant
function toBigInt(id: Id): bigint {
  const hex = id.replaceAll('-', '')
  const time = BigInt(`0x${hex.slice(0, 12)}`)
  const a = BigInt(`0x${hex.slice(13, 16)}`)
  const b = BigInt(`0x${hex.slice(16)}`) & ((1n << 62n) - 1n)
  return (time << 74n) | (a << 62n) | b
}

function toUuid(value: bigint): Id {
  const time = (value >> 74n).toString(16).padStart(12, '0')
  const a = ((value >> 62n) & 0xfffn).toString(16).padStart(3, '0')
  const b = ((value & ((1n << 62n) - 1n)) | (1n << 63n)).toString(16).padStart(16, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a}-${b.slice(0, 4)}-${b.slice(4)}`
}

function toRandom74(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const value = (BigInt(view.getUint16(0)) << 64n) | view.getBigUint64(2)
  // the top bit stays free, so that counting on within one millisecond cannot overflow into the time
  return value & ((1n << 73n) - 1n)
}
