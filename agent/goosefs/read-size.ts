// sizes as the CLI prints them: plain bytes, or a number with a binary unit

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
  PB: 1024 ** 5,
}
const SIZE = /^(\d+(?:\.\d+)?)(|B|KB|MB|GB|TB|PB)$/

/** `20798`, `5.00KB`, `117.19TB` as bytes (multiples of 1024); undefined when it is no size. */
export function readSize(text: string): number | undefined {
  const match = SIZE.exec(text.trim())
  const unit = UNITS[match?.[2] ?? 'none']
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit)
}
