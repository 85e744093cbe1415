// distributedLoad by era, and the ways in which it can mislead
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPlayground, type Env, type Playground } from './goosefs.ts'

let world: Playground
beforeEach(async () => {
  world = createPlayground()
  await world.run(['playground', 'put', '/t', '--files', '5', '--bytes', '100'])
})
afterEach(() => world.close())

const load = (env: Env = {}, args: string[] = ['/t']) => world.run(['fs', 'distributedLoad', ...args], env)
const cached = async (): Promise<string> => {
  const text = (await world.run(['fs', 'du', '-s', '/t'])).out
  return /\((\d+)%\)/.exec(text)?.[1] ?? text
}

describe('eras', () => {
  it('A says loading after the job was accepted and has no header', async () => {
    const { out } = await load({ ERA: 'A' })
    expect(out.split('\n')[0]).toBe('/t/part-00000 loading')
    expect(out).toContain('Successfully loaded path /t/part-00004 after 1 attempts\n')
  })

  it('B allows up to 100 active jobs and prints all loading lines first', async () => {
    const lines = (await load()).out.split('\n')
    expect(lines[0]).toBe('Allow up to 100 active jobs')
    expect(lines.slice(1, 6).every(line => line.endsWith(' loading'))).toBe(true)
    expect(lines.slice(6, 11).every(line => line.startsWith('Successfully loaded path '))).toBe(true)
    expect((await load()).out).toContain('/t/part-00002 is already fully loaded in GooseFS\n')
  })

  it('C adds a footer and knows --index', async () => {
    expect((await load({ ERA: 'C' })).out).toMatch(/Completed count is 5,Failed count is 0\.\n$/)
    expect((await load({ ERA: 'C' }, ['--index', '/none'])).out).toContain('/none (No such file or directory)\n')
  })

  it('D glues lines and leaves a csv of failures in the working directory', async () => {
    await world.run(['playground', 'put', '/t/more', '--files', '20', '--bytes', '5'])
    const { out, code } = await load({ ERA: 'D', FAIL: '*/part-00003' }, ['--batch-size', '4', '/t'])
    expect(code).toBe(0)
    expect(out).toMatch(/files: \[\/t\/[^\]]+\] loadingfiles: /)
    expect(out).toMatch(/Here are recent failed files: \n\/t/)
    expect(out).toMatch(/for full list of failed files\.$/)
    expect(world.file('logs/user/distributedLoad_t_failures.csv').trim().split('\n')).toHaveLength(8)
  })

  it('E counts commands', async () => {
    const { out } = await load({ ERA: 'E' })
    expect(out).toMatch(
      /^Waiting for the command to finish \.\.\.\nSubmitted distLoad job successfully, jobControlId = \d+\n/,
    )
    expect(out).toMatch(/Completed command count is 1,Failed count is 0\.\n$/)
  })

  it('F names the files at the end; a job worker that is missing is a success there', async () => {
    const failed = await load({ ERA: 'F', FAIL: '*1' })
    expect(failed.out).toContain('Total completed file count is 4, failed file count is 1\n')
    expect(failed.out).toContain(
      'Here are failed files: \n/t/part-00001,\nCheck out ./logs/user/distributedLoad_t_failures.csv',
    )
    const lie = await load({ ERA: 'F', JOBWORKER: 'none' })
    expect(lie.out).toContain('Total completed file count is 1, failed file count is 0\n')
    expect(await cached()).toBe('80')
  })

  it('F detaches with --async, and getCmdStatus tells later', async () => {
    const { out } = await load({ ERA: 'F' }, ['--async', '/t'])
    const id = /^Submitted distLoad job successfully, jobControlId = (\d+)$/m.exec(out)?.[1] ?? ''
    const status = await world.run(['job', 'getCmdStatus', id], { ERA: 'F' })
    expect(status.out).toContain('Total completed file count is 5, failed file count is 0\n')
    expect((await world.run(['job', 'stat', id])).code).toBe(255)
  })
})

describe('what goes wrong keeps exit code 0', () => {
  it('a failed file', async () => {
    const { out, code } = await load({ FAIL: '*/part-00002' })
    expect(code).toBe(0)
    expect(out).toMatch(/^Attempt 1 to load \/t\/part-00002 failed because: Task execution failed: /m)
    expect(await cached()).toBe('80')
  })

  it('a file without a last word', async () => {
    const { out } = await load({ SILENT: '*/part-00002' })
    expect(out).toContain('/t/part-00002 loading\n')
    expect(out).not.toContain('path /t/part-00002')
    expect(await cached()).toBe('80')
  })

  it('a job that cannot be started', async () => {
    const { out, code } = await load({ SUBMITFAIL: '*/part-00002' })
    expect(code).toBe(0)
    expect(out).toContain('Failed to start job with error: Job master is at full capacity of 100,000 jobs\n')
  })

  it('no job worker, a lost worker, too few workers', async () => {
    expect((await load({ JOBWORKER: 'none' })).out).toContain('Needed 1 but only found 0.')
    expect((await load({ WORKER: 'lost' })).out).toContain('Failed to connect to remote block worker: ')
    expect((await load({}, ['--replication', '2', '/t'])).out).toContain('Needed 2 but only found 1.')
    expect(await cached()).toBe('0')
  })

  it('a file that is still being written', async () => {
    const { out } = await load({ INCOMPLETE: '*/part-00001' })
    expect(out).toContain('/t/part-00001 is already fully loaded in GooseFS\n')
    const listed = await world.run(['fs', 'ls', '/t'], { INCOMPLETE: '*/part-00001' })
    expect(listed.out).toMatch(/ 0 +NOT_PERSISTED .* 100% \/t\/part-00001\n/)
  })
})

describe('flags', () => {
  it('the GooseFS of era B takes its own, but no --index', async () => {
    expect((await load({}, ['--batch-size', '5', '--expire-time', '1h', '-A', '/t'])).code).toBe(0)
    const refused = await load({}, ['--index', '/t'])
    expect(refused.code).toBe(255)
    expect(refused.out).toMatch(
      /^Failed to parse args for distributedLoad: Unrecognized option: --index\nUsage: distributedLoad \[-ignoreCap\]/,
    )
  })

  it('-D and -X are stolen wherever they stand', async () => {
    expect((await load({}, ['-Dgoosefs.a=b', '/t', '-Xmx1g'])).code).toBe(0)
  })
})
