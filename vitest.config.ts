// how the tests run: every file in its own process, dist built once before, no retries
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/alluxio/**', 'node_modules/**', 'dist/**'],
    globalSetup: ['test/helpers/build.ts'],
    pool: 'forks',
    // the tests mostly wait for processes of theirs: a few files side by side keep two cores busy
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    retry: 0,
  },
})
