// a mistake of ours that nobody caught: told with its stack, and the process is gone
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('./mistaken.ts', import.meta.url))

test.each([
  ['rejection', 'nobody handles me'],
  ['exception', 'nobody catches me'],
])('%s: exit 70 and a log line with the stack', async (kind, words) => {
  const env = { ...process.env, KIND: kind }
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', program], { env })
  const { code, stderr } = await run.then(
    () => ({ code: 0, stderr: '' }),
    (failed: { code: number; stderr: string }) => failed,
  )
  expect(code).toBe(70)
  const told = stderr.split('\n').find(line => line.includes('"program":"mistaken"'))
  expect(JSON.parse(told ?? '{}')).toMatchObject({
    level: 50,
    error: { message: words, stack: expect.stringContaining('mistaken.ts') },
  })
})
