// the mount table as `fs mount` and `fsadmin report ufs` print it, with every secret redacted
import { isSecretName } from '../../shared/secret-name.ts'

export type Mount = {
  readonly ufs: string
  readonly path: string
  readonly type: string
  readonly readOnly: boolean
  readonly shared: boolean
  readonly properties: Readonly<Record<string, string>>
}

const LINE = /^(.+?)\s+on\s+(\/.*?)\s+\((.*)\)\s*$/
export const REDACTED = '******'

/** Reads one mount line; undefined for any other. Values of options that may be secrets never leave this function. */
export function readMountLine(line: string): Mount | undefined {
  const match = LINE.exec(line)
  if (match === null) return undefined
  const facts = match[3] ?? ''
  const at = facts.indexOf('properties={')
  const flags = (at < 0 ? facts : facts.slice(0, at)).split(',').map(flag => flag.trim())
  return {
    ufs: withoutUser(match[1] ?? ''),
    path: match[2] ?? '',
    type: flags[0] ?? '',
    readOnly: flags.includes('read-only'),
    shared: flags.includes('shared'),
    properties: at < 0 ? {} : readProperties(facts.slice(at + 'properties={'.length).replace(/\}\s*$/, '')),
  }
}

/** The same line, fit for people: options with their secrets replaced. Other lines come back as they are. */
export function redactMountLine(line: string): string {
  const mount = readMountLine(line)
  if (mount === undefined) return line
  const shown = Object.entries(mount.properties).map(([key, value]) => `${key}=${value}`)
  return line
    .replace(/properties=\{.*\}/, () => `properties={${shown.join(', ')}}`)
    .replace(/:\/\/[^/@\s]*@/, `://${REDACTED}@`)
}

function readProperties(text: string): Record<string, string> {
  const properties: Record<string, string> = {}
  // a value may contain commas: a pair begins only where a key and its sign follow
  for (const pair of text.split(/,\s*(?=[\w.-]+=)/)) {
    const sign = pair.indexOf('=')
    if (sign <= 0) continue
    const key = pair.slice(0, sign).trim()
    properties[key] = isSecretName(key) ? REDACTED : pair.slice(sign + 1)
  }
  return properties
}

function withoutUser(ufs: string): string {
  return ufs.replace(/:\/\/[^/@\s]*@/, `://${REDACTED}@`)
}
