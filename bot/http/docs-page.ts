// the OpenAPI document as a page to read, without anything from elsewhere

type Json = { readonly [key: string]: unknown }
type Operation = { readonly method: string; readonly path: string; readonly about: Json }

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h2{margin-top:2.5rem;border-bottom:1px solid #ccc}summary{cursor:pointer;padding:.3rem 0}code,pre{font:13px/1.4 ui-monospace,monospace}
pre{background:#f5f5f5;padding:.6rem;overflow:auto}.m{display:inline-block;min-width:4.2rem;font-weight:600}
td{padding:.1rem 1rem .1rem 0;vertical-align:top}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre{background:#262626}a{color:#8bf}}`

/** Renders the document: operations by view, then every schema they name. */
export function toDocsPage(document: unknown): string {
  const { info, tags, paths, components } = asJson(document)
  const operations = Object.entries(asJson(paths)).flatMap(([path, methods]) =>
    Object.entries(asJson(methods)).map(([method, about]) => ({ method, path, about: asJson(about) })),
  )
  const views = asList(tags).map(tag => toView(tag, operations))
  const schemas = Object.entries(asJson(asJson(components)['schemas'])).sort(([a], [b]) => a.localeCompare(b))
  const title = toSafe(`${asJson(info)['title']} ${asJson(info)['version']}`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1>
<p>${toSafe(asJson(info)['description'])} The document itself: <a href="/api/openapi.json">/api/openapi.json</a>.</p>
${views.join('\n')}
<h2>Schemas</h2>
${schemas.map(([name, schema]) => `<details id="${toSafe(name)}"><summary>${toSafe(name)}</summary>${toPre(schema)}</details>`).join('\n')}
</body></html>
`
}

function toView(tag: Json, operations: readonly Operation[]): string {
  const own = operations.filter(({ about }) => (about['tags'] as unknown[] | undefined)?.includes(tag['name']))
  return `<h2>${toSafe(tag['description'] ?? tag['name'])}</h2>\n${own.map(toOperation).join('\n')}`
}

function toOperation({ method, path, about }: Operation): string {
  const parameters = asList(about['parameters']).map(toParameter)
  const table = parameters.length === 0 ? '' : `<table>${parameters.join('')}</table>`
  const body = asJson(about['requestBody'])['content']
  const answers = Object.entries(asJson(about['responses'])).map(([status, answer]) => {
    const { description, content } = asJson(answer)
    return `<p>${toSafe(status)} ${toSafe(description)}</p>${content === undefined ? '' : toPre(content)}`
  })
  return `<details><summary><span class="m">${toSafe(method.toUpperCase())}</span> <code>${toSafe(path)}</code> — ${toSafe(about['summary'])}</summary>
${table}${body === undefined ? '' : `<p>Body</p>${toPre(body)}`}${answers.join('')}</details>`
}

function toParameter(parameter: Json): string {
  const need = parameter['required'] === true ? 'required' : 'optional'
  const about = parameter['description'] ?? ''
  return `<tr><td><code>${toSafe(parameter['name'])}</code></td><td>${toSafe(parameter['in'])}, ${need}</td><td>${toSafe(about)}</td></tr>`
}

// a reference becomes a link to its schema
function toPre(value: unknown): string {
  const text = toSafe(JSON.stringify(value, null, 2))
  return `<pre>${text.replace(/#\/components\/schemas\/(\w+)/g, '<a href="#$1">$1</a>')}</pre>`
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function asList(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(asJson) : []
}

function toSafe(text: unknown): string {
  return String(text ?? '').replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
