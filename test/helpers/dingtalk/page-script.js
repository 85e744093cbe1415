// the page of the simulated DingTalk: asks for what is to be seen, says what is typed; text only ever becomes text nodes
const at = id => document.getElementById(id)
const ask = { lines: '', busy: false }

function make(name, className, text) {
  const node = document.createElement(name)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

/** Only addresses of the web become links. */
function toLink(label, address) {
  let target = address
  try {
    const url = new URL(address)
    if (url.protocol === 'dingtalk:') target = url.searchParams.get('url') ?? ''
    if (!['http:', 'https:'].includes(new URL(target).protocol)) return document.createTextNode(`${label} (${address})`)
  } catch {
    // no address at all: it is shown as it was written
    return document.createTextNode(`${label} (${address})`)
  }
  const link = make('a', '', label)
  link.href = target
  link.target = '_blank'
  link.rel = 'noopener noreferrer'
  return link
}

const MARK =
  /\\([\\`*_{}[\]()#+\-.!>~|=])|\*\*((?:\\.|[^\\])+?)\*\*|\*((?:\\.|[^\\*])+)\*|\[((?:\\.|[^\\\]])*)\]\(([^)\s]+)\)|&(nbsp|lt|gt|amp);/g
const ENTITY = { nbsp: ' ', lt: '<', gt: '>', amp: '&' }

/** One line of the profile: bold, italic, links, escapes. */
function addInline(parent, text) {
  let from = 0
  for (const found of text.matchAll(MARK)) {
    parent.append(text.slice(from, found.index))
    from = found.index + found[0].length
    const [, escaped, bold, italic, label, address, entity] = found
    if (escaped !== undefined) parent.append(escaped)
    else if (entity !== undefined) parent.append(ENTITY[entity])
    else if (address !== undefined) parent.append(toLink(label.replace(/\\(.)/g, '$1'), address))
    else addInline(parent.appendChild(make(bold === undefined ? 'em' : 'strong')), bold ?? italic)
  }
  parent.append(text.slice(from))
}

/** A single break is swallowed, as the real clients do, unless two blanks stand before it or a block begins. */
function toBlocks(text) {
  const blocks = []
  for (const line of text.split('\n')) {
    const isBlock = /^\s*(#{1,6}\s|>|[-*]\s|\d+\.\s)/.test(line)
    const last = blocks.at(-1)
    const joins = last !== undefined && last.trim() !== '' && line.trim() !== '' && !isBlock && !/ {2}$/.test(last)
    if (joins) blocks[blocks.length - 1] = `${last} ${line.trim()}`
    else blocks.push(line)
  }
  return blocks.filter(line => line.trim() !== '')
}
function addMarkdown(parent, text) {
  for (const line of toBlocks(text)) {
    const [, indent, heading, quote, bullet, number, rest] =
      /^(\s*)(?:(#{1,6})\s+|(>)\s*|([-*])\s+|(\d+\.)\s+)?(.*)$/.exec(line) ?? []
    const node = parent.appendChild(
      make(heading ? `h${heading.length}` : 'p', quote ? 'quote' : bullet || number ? 'item' : ''),
    )
    if (indent.length > 1 && (bullet || number)) node.style.marginLeft = '1.2em'
    if (bullet || number) node.append(`${number ?? '•'} `)
    addInline(node, rest.trimEnd())
  }
}

const STATUS = { QUEUED: '排队中', RUNNING: '进行中', OK: '完成', FAILED: '未完成', CANCELLED: '已停止' }
const BUTTONS = [
  ['showCancel', 'cancel', '停止'],
  ['showRetry', 'retry', '重试'],
]
function addCard(parent, line) {
  const {
    title = '',
    status = '',
    percent = '',
    detail = '',
    elapsed = '',
    operator = '',
    jobId = '',
    ...more
  } = line.variables
  parent.append(make('h3', '', title))
  parent.append(
    make(
      'div',
      'meta',
      [STATUS[status] ?? status, percent && `${percent}%`, elapsed, operator].filter(Boolean).join(' · '),
    ),
  )
  const inner = parent.appendChild(make('div', 'bar')).appendChild(make('div'))
  inner.style.width = `${Math.max(0, Math.min(100, Number(percent) || 0))}%`
  addMarkdown(parent, detail)
  for (const [shown, action, label] of BUTTONS) {
    if (more[shown] !== 'true') continue
    const button = parent.appendChild(make('button', '', label))
    button.type = 'button'
    button.addEventListener('click', () => {
      button.disabled = true
      send({ outTrackId: line.outTrackId, params: { action, job: jobId } })
    })
  }
  parent.append(make('div', 'meta', `卡片 · 已更新 ${line.updates} 次`))
}

function toNode(line) {
  const isMine = line.from === at('member').value
  const box = make('div', `line${isMine ? ' mine' : ''}`)
  const mentions = line.mentions.length > 0 ? ` · 提醒了 ${line.mentions.join('、')}` : ''
  box.append(make('div', 'meta', `${line.who} · ${new Date(line.at).toLocaleTimeString('zh-CN')}${mentions}`))
  const bubble = box.appendChild(
    make('div', `bubble ${line.kind === 'card' ? 'card' : ''} ${line.recalled ? 'gone' : ''}`),
  )
  if (line.kind === 'card') addCard(bubble, line)
  else if (line.isMarkdown) addMarkdown(bubble, line.text)
  else bubble.append(make('div', 'plain', line.text))
  return box
}

function fill(select, options) {
  const known = [...select.options].map(({ value }) => value).join('\n')
  if (known === options.map(({ id }) => id).join('\n')) return
  const before = select.value
  select.replaceChildren(...options.map(({ id, label }) => Object.assign(make('option', '', label), { value: id })))
  if (options.some(({ id }) => id === before)) select.value = before
}

async function look() {
  if (ask.busy) return
  ask.busy = true
  try {
    const query = new URLSearchParams({ member: at('member').value, conversation: at('conversation').value })
    const answer = await fetch(`/local/look?${query}`)
    const seen = await answer.json()
    fill(at('member'), seen.members)
    fill(at('conversation'), seen.conversations)
    at('bot').textContent = seen.connections > 0 ? `机器人在线（${seen.connections} 条连接）` : '机器人没有连接'
    const text = JSON.stringify(seen.lines)
    if (text !== ask.lines) {
      ask.lines = text
      const box = at('lines')
      const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60
      box.replaceChildren(...seen.lines.map(toNode))
      if (isAtEnd) box.scrollTop = box.scrollHeight
    }
    if (at('note').dataset.lost) note('')
    delete at('note').dataset.lost
  } catch {
    note('模拟钉钉没有回应，它也许已经结束')
    at('note').dataset.lost = 'yes'
  } finally {
    ask.busy = false
  }
}

function note(text) {
  at('note').textContent = text
}

async function send(body) {
  note('')
  const standing = { member: at('member').value, conversation: at('conversation').value }
  try {
    const answer = await fetch('/local/say', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...standing, ...body }),
    })
    const said = await answer.json()
    if (said.note) note(said.note)
  } catch {
    note('没有发出去：模拟钉钉没有回应')
  }
  ask.lines = ''
  await look()
}

at('say').addEventListener('submit', event => {
  event.preventDefault()
  const text = at('text').value.trim()
  if (text === '') return
  at('text').value = ''
  send({ text })
})
at('text').addEventListener('keydown', event => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  at('say').requestSubmit()
})
for (const id of ['member', 'conversation']) at(id).addEventListener('change', look)
look().then(look)
setInterval(look, 700)
