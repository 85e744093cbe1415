// how the tests against a real cluster run: one file after the other, with the patience that JVMs need
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/alluxio/**/*.test.ts'],
    globalSetup: ['test/helpers/build.ts', 'test/alluxio/boot.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 600_000,
    teardownTimeout: 60_000,
    retry: 0,
  },
})
