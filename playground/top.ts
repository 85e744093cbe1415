// what the launcher knows besides the shells: version, getConf
import { blockBytes } from './cache.ts'
import type { Command } from './shell.ts'

/** `version`: it says that this is the playground; that is how it is told from the real one. */
export const version: Command = async shell => {
  const revision = shell.argv.includes('-r') ? '-0000000000000000000000000000000000000000' : ''
  await shell.out.line(`${shell.settings.version}${revision}`)
  return 0
}

const VALUES: Record<string, string> = {
  'master.hostname': '127.0.0.1',
  'master.rpc.port': '9200',
  'master.web.port': '9201',
  'worker.rpc.port': '9203',
  'worker.web.port': '9204',
  'job.master.hostname': '127.0.0.1',
  'job.master.rpc.port': '9205',
  'job.master.web.port': '9206',
  'user.file.metadata.sync.interval': '-1',
  // no servlet listens in the playground
  'web.ui.enabled': 'false',
}

const USAGE = `usage: USAGE: GetConf [--unit <arg>] [--source] [--master] [key]

GetConf prints the configured value for the given key. If the key is
              invalid, the exit code will be nonzero. If the key is valid
              but isn't set, an empty string is printed. If no key is
              specified, all configuration is printed.`

export const getConf: Command = async shell => {
  const key = shell.argv.find(arg => !arg.startsWith('--'))
  const block = String(blockBytes(shell.journal.look()))
  const values: Record<string, string> = { ...VALUES, 'user.block.size.bytes.default': block }
  const prefix = shell.settings.brand.toLowerCase()
  if (key === undefined) {
    for (const [name, value] of Object.entries(values)) await shell.out.line(`${prefix}.${name}=${value}`)
    return 0
  }
  const name = key.replace(/^(goosefs|alluxio)\./, '')
  const value = shell.settings.properties[name] ?? values[name]
  if (value !== undefined) {
    await shell.out.line(value)
    return 0
  }
  await shell.out.complain(`${key} is not a valid configuration key`)
  await shell.out.line(USAGE)
  return 1
}
