// a directory that another process works in

/** Another process of ours works in this directory. `pid` is 0 when it could not be asked. */
export class DirectoryInUse extends Error {
  readonly dir: string
  readonly pid: number

  constructor(dir: string, pid: number) {
    super(`${dir} is in use by process ${pid === 0 ? 'unknown' : pid}; one process per directory`)
    this.name = 'DirectoryInUse'
    this.dir = dir
    this.pid = pid
  }
}
