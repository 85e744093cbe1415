// a program that makes a mistake after it has started: a promise nobody handles, or a throw nobody catches
import { runProgram } from '../../process/program.ts'

await runProgram(
  {
    name: 'mistaken',
    help: '',
    configure: async () => ({}),
    show: () => [],
    logOf: () => ({ level: 'info', secrets: [] }),
    async run() {
      setInterval(() => {}, 60_000)
      if (process.env['KIND'] === 'rejection') void Promise.reject(new Error('nobody handles me'))
      else
        setTimeout(() => {
          throw new Error('nobody catches me')
        }, 1)
    },
  },
  undefined,
)
