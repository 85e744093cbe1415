// what can be made to go wrong or look different, and how it is told: environment first, then the world

/** Knob name → what it does. `GANDER_PLAYGROUND_<NAME>` or `goosefs playground knob name=value`. */
export const KNOBS: Record<string, string> = {
  speed: 'factor on every delay; 0 = none (default 1: a file takes 150 ms)',
  slow: 'milliseconds that one file takes to load, instead of 150',
  quota: 'cache size in bytes (default 10 GiB)',
  block: 'block size in bytes (default 64 MiB); eviction takes whole blocks',
  fail: 'glob of paths whose load job fails; the exit code stays 0',
  silent: 'glob of paths that get no last word after "loading"',
  submitfail: 'glob of paths whose job cannot be started',
  denied: 'glob of paths that answer "Permission denied"',
  incomplete: 'glob of files that are still being written',
  crash: 'the program is killed after so many lines of a load (137)',
  hang: 'comma separated commands that never end; 1 = distributedLoad',
  master: 'down = nobody answers',
  jobmaster: 'down = jobs cannot be started; running ones are forgotten',
  jobworker: 'none = no job worker, paused = jobs wait',
  worker: 'lost = the block worker is gone, its heartbeat grows',
  workers: 'how many workers (default 1; 0 = "No workers found.")',
  lines: 'a load prints so many lines more',
  floodbytes: 'a load prints so many bytes more',
  longline: 'a load prints one line of 1 MB',
  stray: 'a load prints bytes that are not UTF-8',
  split: 'characters of several bytes are written in two pieces',
  noise: 'log lines on stderr between the lines',
  trace: 'a Java stack trace on stderr',
  security: 'off = listings without mode, owner and group',
  owner: 'owner shown by listings (long names run into the next column)',
  group: 'group shown by listings',
  acl: 'on = modes end with +',
  tiers: '2 = a MEM tier beside SSD',
  zk: 'on = ZooKeeper lines in the summary',
  raft: 'on = raft lines in the summary',
  extra: 'on = a key that nobody knows in the summary',
  table: 'capacity table: short, long (host names), 2.10',
  free: 'timeout = free gives up after 10 s although the bytes go',
  index: 'on = distributedLoad knows --index in era B',
  activejobs: 'upper limit printed by distributedLoad (default 100)',
  metadelay: 'milliseconds that loadMetadata takes (default 300)',
}

export type Knob = (name: string) => string

/** Reads knobs: the environment wins over what was set in the world. Unset is the empty string. */
export function createKnobs(env: NodeJS.ProcessEnv, stored: () => Record<string, string>): Knob {
  return name => env[`GANDER_PLAYGROUND_${name.toUpperCase()}`] ?? stored()[name] ?? ''
}

/** True for 1, on, yes, true. */
export function isOn(value: string): boolean {
  return /^(1|on|yes|true)$/i.test(value)
}

/** Matches a path against comma separated globs; `*` stands for anything, slashes included. */
export function matchesGlob(globs: string, path: string): boolean {
  return globs
    .split(',')
    .filter(glob => glob !== '')
    .some(glob => {
      const source = glob
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replace(/\*/g, '.*')
        .replace(/\?/g, '.')
      return new RegExp(`^${source}$`, 's').test(path)
    })
}
