// a CLI that cannot do its work where it stands: no Java, no interpreter, no place for its log
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCause } from '../../../agent/goosefs/causes.ts'
import { isNoise } from '../../../agent/goosefs/lines.ts'
import { createLoadReader } from '../../../agent/goosefs/read-load.ts'
import { runAllocation } from '../../../agent/run-allocation.ts'
import { scratch } from '../scratch.ts'
import { createWorld } from './world.ts'

const NO_JAVA =
  "Error: Cannot find 'java' on path or under $JAVA_HOME/bin/. Please set JAVA_HOME in alluxio-env.sh or user bash profile."

describe('the launcher’s words', () => {
  it.each([
    NO_JAVA,
    'Error: JAVA_HOME is not set.',
    '/opt/goosefs/bin/goosefs: line 20: java: command not found',
    '/opt/goosefs/bin/goosefs: line 20: /opt/jdk 8/bin/java: No such file or directory',
    '/opt/goosefs/bin/goosefs: line 20: /opt/jdk/bin/java: Permission denied',
    '/opt/goosefs/bin/goosefs: line 20: /opt/jdk/bin/java: cannot execute binary file: Exec format error',
    '/opt/goosefs/bin/goosefs: 20: exec: java: not found',
    'sh: 12: exec: /opt/goosefs/bin/goosefs: not found',
    '/usr/bin/env: ‘bash’: No such file or directory',
    'sh: line 12: /opt/goosefs: /no/bash: bad interpreter: No such file or directory',
  ])('%s', line => expect(readCause(line)).toBe('cli-missing'))

  it.each([
    [
      'Task execution failed: Failed to read block ID=1 from tiered storage and UFS tier: /ufs/java (No such file or directory)',
      'gone',
    ],
    ['Permission denied: user=x, access=-w-, path=/a: line 1: b: Permission denied by owner', 'permission'],
    ['Task execution failed: Cannot find a local block worker to replicate blockId 2516968275968', 'worker-lost'],
    ['Task execution failed: Cannot find a local block worker to load blockId 2516968275968', 'worker-lost'],
  ])('are no others: %s', (line, cause) => expect(readCause(line)).toBe(cause))
})

const NO_LOG = [
  'log4j:ERROR setFile(null,true) call failed.',
  'java.io.FileNotFoundException: /opt/goosefs/logs/user/user_a b.log (Permission denied)',
  'java.io.FileNotFoundException: /dev/null/logs/user_root.log (Not a directory)',
  '\tat java.base/java.io.FileOutputStream.open0(Native Method)',
  '\tat org.apache.log4j.FileAppender.setFile(FileAppender.java:294)',
  '\tat org.slf4j.impl.Log4jLoggerFactory.<init>(Log4jLoggerFactory.java:66)',
  '\tat com.qcloud.cos.goosefs.cli.fs.FileSystemShell.<clinit>(FileSystemShell.java:51)',
  '\t... 12 more',
]

describe('a log that cannot be written', () => {
  it.each(NO_LOG)('is noise: %s', line => expect(isNoise(line)).toBe(true))

  it.each([
    'java.io.FileNotFoundException: /ufs/data/part-1 (Permission denied)',
    'java.io.FileNotFoundException: /ufs/a.log (No such file or directory)',
  ])('is not: %s', line => expect(isNoise(line)).toBe(false))

  it('is no cause of anything that a load says', () => {
    const reader = createLoadReader()
    for (const line of ['/a/1 loading', ...NO_LOG, 'Attempt 1 to load /a/1 failed because: odd', ...NO_LOG])
      reader.line(line)
    reader.end()
    expect(reader.summary()).toMatchObject({ causes: { unknown: 1 }, examples: [{ message: 'odd' }] })
    expect(reader.summary().problem).toBeUndefined()
  })
})

/** A program that says this on the stream that the shell would, and ends with a code. */
function createProgram(text: string, code: number): string {
  const bin = join(scratch(), 'goosefs')
  writeFileSync(bin, `#!/bin/sh\ncat <<'END'\n${text}\nEND\nexit ${code}\n`)
  chmodSync(bin, 0o755)
  return bin
}

describe('an allocation', () => {
  it('without Java says what is missing', async () => {
    const world = createWorld({}, createProgram(NO_JAVA, 1))
    expect(await world.prober.capabilities()).toMatchObject({ problem: expect.stringContaining('JAVA_HOME') })
    const ending = await runAllocation(world.allocation({ path: '/a' }).deps)
    expect(ending.exit).toEqual({ reason: 'exited', code: 1 })
    expect(ending.findings?.trouble).toEqual({ cause: 'cli-missing', message: NO_JAVA })
  })

  it('whose program may not be executed says so', async () => {
    const bin = createProgram('', 0)
    chmodSync(bin, 0o644)
    const ending = await runAllocation(createWorld({}, bin).allocation({ path: '/a' }).deps)
    expect(ending.exit).toEqual({ reason: 'spawn-failed', message: `"${bin}" may not be executed` })
    expect(ending.findings?.trouble?.cause).toBe('cli-missing')
  })

  it('whose program lacks its interpreter says so', async () => {
    const bin = join(scratch(), 'goosefs')
    writeFileSync(bin, '#!/no/such/interpreter\n')
    chmodSync(bin, 0o755)
    const ending = await runAllocation(createWorld({}, bin).allocation({ path: '/a' }).deps)
    expect(ending.findings?.trouble?.cause).toBe('cli-missing')
  })

  it('whose log cannot be written is measured all the same', async () => {
    const row = '-rw-r--r--  a  b  10  PERSISTED 03-26-2021 16:49:37:215   100% /a/1'
    const world = createWorld({}, createProgram([...NO_LOG, row].join('\n'), 0))
    const ending = await runAllocation(world.allocation({ path: '/a' }).deps)
    expect(ending.findings).toMatchObject({ after: { files: 1, cachedFiles: 1, complete: true }, missingTotal: 0 })
  })
})
