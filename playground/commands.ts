// every command by shell and name

import { free, load, loadMetadata, mkdir, pin, unpin } from './cache-control.ts'
import { getCmdStatus, jobCancel, jobLeader, jobLs, jobStat } from './jobs.ts'
import { ls } from './listing.ts'
import { distributedLoad } from './load.ts'
import { getCapacityBytes, getUsedBytes, leader, masterInfo, mount, unmount } from './mounts.ts'
import * as namespaces from './namespaces.ts'
import { report } from './report.ts'
import { type Command, CommandError } from './shell.ts'
import { count, du } from './sizes.ts'
import { cat, checkConsistency, location, stat, test } from './stat.ts'
import { setTtl, unsetTtl } from './ttl.ts'
import { fsUsage } from './usage.ts'

const help: Command = async shell => {
  const name = shell.argv[0] ?? ''
  const known = fsUsage(shell.settings, shell.knob('index') !== '')[name]
  if (known === undefined) throw new CommandError(`${name} is an unknown command.`)
  await shell.out.complain(
    'WARNING: Unable to create a system terminal, creating a dumb terminal (enable debug logging for more information)',
  )
  await shell.out.line(`${name}: ${known[1]}`)
  await shell.out.line(`usage: ${name} ${known[0]}`)
  return 0
}

const doctor: Command = async shell => {
  await shell.out.line('No server-side configuration errors or warnings.')
  await shell.out.line('All worker storage paths are in working state.')
  return 0
}

/** Shell → command → what it does. */
export const COMMANDS: Record<string, Record<string, Command>> = {
  fs: {
    cat,
    checkConsistency,
    count,
    distributedLoad,
    du,
    free,
    getCapacityBytes,
    getUsedBytes,
    help,
    leader,
    load,
    loadMetadata,
    location,
    ls,
    masterInfo,
    mkdir,
    mount,
    pin,
    setTtl,
    stat,
    test,
    umount: unmount,
    unmount,
    unpin,
    unsetTtl,
  },
  fsadmin: { doctor, report },
  ns: { ls: namespaces.list, create: namespaces.create, delete: namespaces.remove },
  job: { ls: jobLs, stat: jobStat, cancel: jobCancel, leader: jobLeader, getCmdStatus },
}

/** Commands that need no answer from the master, or ask for it in their own way. */
export const OWN_MASTER_CHECK = new Set(['distributedLoad', 'report', 'help', 'masterInfo', 'doctor', 'du'])

/** Commands that expand `*` in their paths themselves. */
export const WILDCARDS = new Set(['ls', 'du', 'stat', 'free', 'load', 'loadMetadata', 'cat', 'pin', 'unpin'])
