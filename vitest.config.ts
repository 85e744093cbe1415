// how the tests run: dist built once before, no retries; files that only think share their processes, others have one each
import { defineConfig } from 'vitest/config'

const NO_TESTS = ['test/alluxio/**', 'node_modules/**', 'dist/**']
/** Each file in a process of its own would load the same rooms again and again, which took a fifth of the time. */
const ROOMS = [
  'core',
  'engine',
  'schedule',
  'notify',
  'shared',
  'chat',
  'http',
  'dialects',
  'property',
  'access',
  'agents',
]
const THINKING = ROOMS.map(room => `test/${room}/**/*.test.ts`)

const shared = {
  pool: 'forks',
  testTimeout: 30_000,
  hookTimeout: 60_000,
  retry: 0,
} as const

export default defineConfig({
  test: {
    // inherited by projects it would run once for each
    globalSetup: ['test/helpers/build.ts'],
    // the tests mostly wait for processes of theirs: a few files side by side keep two cores busy
    maxWorkers: 3,
    projects: [
      { test: { ...shared, name: 'rooms', include: THINKING, exclude: NO_TESTS, isolate: false } },
      { test: { ...shared, name: 'programs', include: ['test/**/*.test.ts'], exclude: [...NO_TESTS, ...THINKING] } },
    ],
  },
})
