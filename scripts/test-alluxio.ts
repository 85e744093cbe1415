// runs the tests that need a real Alluxio cluster; without a JDK or Maven it says so, which only CI takes as a failure
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { realClusterAvailable } from '../test/alluxio/real-cluster.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { ok, reason } = await realClusterAvailable()
if (ok) runTests()
else {
  console.log(`The tests against a real cluster did not run: ${reason}.`)
  process.exitCode = process.env['CI'] === 'true' ? 1 : 0
}

function runTests(): void {
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '-c',
    'test/alluxio/vitest.config.ts',
    ...process.argv.slice(2),
  ]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  // a terminal's interrupt reaches the child by itself; it ends the cluster, so wait for it
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('close', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
  })
}
