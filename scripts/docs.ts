// writes the documents that follow from the source: the tree in ARCHITECTURE.md, docs/causes.md, and docs/chat.md
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toChatPage } from '../bot/chat/help-page.ts'
import { toCausesPage } from './causes-page.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const ROOMS = ['shared', 'process', 'bot', 'agent', 'cli', 'playground', 'scripts']
const BEGIN = '<!-- tree: written by npm run docs -->'
const END = '<!-- end of tree -->'

function captionOf(path: string): string {
  const lines = readFileSync(join(root, path), 'utf8').split('\n')
  const line = lines.find(text => text.startsWith('//')) ?? ''
  return line.replace(/^\/\/\s*/, '')
}

function draw(dir: string, depth: number): string[] {
  const names = readdirSync(join(root, dir)).sort()
  const folders = names.filter(name => statSync(join(root, dir, name)).isDirectory())
  const files = names.filter(name => /\.(ts|mjs)$/.test(name))
  const indent = '  '.repeat(depth)
  const width = Math.max(...files.map(name => name.length), 0)
  return [
    `${indent}${dir.split('/').at(-1)}/`,
    ...files.map(name => `${indent}  ${name.padEnd(width)}  ${captionOf(join(dir, name))}`),
    ...folders.flatMap(name => draw(join(dir, name), depth + 1)),
  ]
}

/** The text of ARCHITECTURE.md as it should be for the source as it is. */
export function toArchitecture(current: string): string {
  const tree = ROOMS.flatMap(room => draw(room, 0)).join('\n')
  const before = current.slice(0, current.indexOf(BEGIN))
  const after = current.slice(current.indexOf(END))
  return `${before}${BEGIN}\n\`\`\`\n${tree}\n\`\`\`\n${after}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = join(root, 'ARCHITECTURE.md')
  writeFileSync(path, toArchitecture(readFileSync(path, 'utf8')))
  mkdirSync(join(root, 'docs'), { recursive: true })
  writeFileSync(join(root, 'docs/causes.md'), toCausesPage())
  writeFileSync(join(root, 'docs/chat.md'), toChatPage())
}
