// the table of `goosefs ns ls`: one namespace a line, each a directory of the root
import type { MountPoint } from '../../shared/call.ts'

// the instant of creation holds a blank, and so may the address of the under storage: the row is read from both ends
const ROW = /^(\S+)\s+(\/\S*)\s+(\S.*?)\s+(\d\S*\s\S+)\s+(\S+)\s+(\S+)\s+(-?\d+)\s+([A-Za-z]+)\s*$/

/** Reads one row; undefined for the title and for any other line. */
export function readNamespaceLine(line: string): MountPoint | undefined {
  const match = ROW.exec(line)
  if (match === null) return undefined
  const [, , path = '', ufs = '', , wPolicy = '', rPolicy = ''] = match
  return { path, ufs: ufs.replace(/:\/\/[^/@\s]*@/, '://******@'), options: { wPolicy, rPolicy } }
}
