// bytes to chunks: how much of what is there goes into the next one

const LONGEST_CHARACTER = 4

/**
 * How many bytes to send now: at most `limit`, cut before a character that is not there as a whole. Bytes that are no
 * UTF-8 are sent as they are.
 * @param bytes what is there from the offset on
 * @param final nothing will follow `bytes`: a torn character is sent too
 */
export function cutLength(bytes: Uint8Array, limit: number, final: boolean): number {
  if (bytes.length <= limit && final) return bytes.length
  const length = Math.min(bytes.length, limit)
  const whole = length - tornTail(bytes.subarray(0, length))
  // a limit below one character must not stand still
  return whole === 0 && bytes.length >= limit ? length : whole
}

/** How many bytes at the end are the beginning of a character of which more must follow. */
export function tornTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(LONGEST_CHARACTER - 1, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    return lengthFrom(byte) > back ? back : 0
  }
  return 0
}

function lengthFrom(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2
  if (lead >= 0xe0 && lead <= 0xef) return 3
  if (lead >= 0xf0 && lead <= 0xf4) return 4
  return 1
}
