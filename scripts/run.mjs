// runs one of the TypeScript scripts, installing the packages first when there are none
import { spawn } from 'node:child_process'
import { ensureInstalled, root } from './install.mjs'

ensureInstalled()
const [script, ...args] = process.argv.slice(2)
const child = spawn(`${root}node_modules/.bin/tsx`, [`${root}${script}`, ...args], { cwd: root, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
