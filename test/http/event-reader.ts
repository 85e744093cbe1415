// reads server-sent events from a real connection; a test awaits the next event that it wants
export type Event = { id: string; event: string; data: Record<string, unknown> }

export async function openEvents(url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController()
  const response = await fetch(url, { headers, signal: abort.signal })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  const comments: string[] = []
  const block = async (): Promise<string> => {
    for (;;) {
      const end = rest.indexOf('\n\n')
      if (end !== -1) {
        const text = rest.slice(0, end)
        rest = rest.slice(end + 2)
        return text
      }
      const { done, value } = await reader.read()
      if (done) throw new Error('the stream has ended')
      rest += value
    }
  }
  const next = async (): Promise<Event> => {
    for (;;) {
      const text = await block()
      const fields = new Map(
        text.split('\n').map(line => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
      )
      if (fields.has('')) comments.push(text)
      const data = fields.get('data')
      if (data !== undefined)
        return { id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) }
    }
  }
  return {
    response,
    comments,
    next,
    comment: block,
    async until(matches: (event: Event) => boolean): Promise<Event> {
      for (;;) {
        const event = await next()
        if (matches(event)) return event
      }
    },
    /** Output events until their text is this. */
    async text(expected: string): Promise<Event> {
      let text = ''
      for (;;) {
        const event = await next()
        if (event.event === 'output') text += event.data['text']
        if (text === expected) return event
        if (!expected.startsWith(text)) throw new Error(`expected ${expected}, got ${text}`)
      }
    },
    close: () => abort.abort(),
  }
}

/** Waits until a condition holds, at most 10 s. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not come to hold within 10 s')
    await new Promise(resolve => setImmediate(resolve))
  }
}
