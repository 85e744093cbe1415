// the OpenAPI document as a page to read, without anything from elsewhere

type Json = { readonly [key: string]: unknown }
type Operation = { readonly method: string; readonly path: string; readonly about: Json }

/** Views with more calls are shown in parts. */
const LONG = 12
const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h2{margin-top:2.5rem;border-bottom:1px solid #ccc}summary{cursor:pointer;padding:.3rem 0}code,pre{font:13px/1.4 ui-monospace,monospace}
pre{background:#f5f5f5;padding:.6rem;overflow:auto}.m{display:inline-block;min-width:4.2rem;font-weight:600}
nav a{margin-right:1.2rem}details:target>summary,details[open]>summary{font-weight:600}h3{margin:1.2rem 0 .2rem}
td{padding:.1rem 1rem .1rem 0;vertical-align:top}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre{background:#262626}a{color:#8bf}}`

/** Renders the document: operations by view, then every schema they name. */
export function toDocsPage(document: unknown): string {
  const { info, tags, paths, components } = asJson(document)
  const operations = Object.entries(asJson(paths)).flatMap(([path, methods]) =>
    Object.entries(asJson(methods)).map(([method, about]) => ({ method, path, about: asJson(about) })),
  )
  const views = asList(tags)
    .map(tag => toGroup(tag, operations))
    .filter(({ own }) => own.length > 0)
  const schemas = Object.entries(asJson(asJson(components)['schemas'])).sort(([a], [b]) => a.localeCompare(b))
  const title = toSafe(`${asJson(info)['title']} ${asJson(info)['version']}`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1>
<p>${toSafe(asJson(info)['description'])} The document itself: <a href="/api/openapi.json">/api/openapi.json</a>.</p>
<nav>${views.map(({ anchor, title, own }) => `<a href="#${anchor}">${title} (${own.length})</a>`).join(' ')} <a href="#schemas">Schemas</a></nav>
${views.map(toView).join('\n')}
<h2 id="schemas">Schemas</h2>
${schemas.map(([name, schema]) => `<details id="${toSafe(name)}"><summary>${toSafe(name)}</summary>${toPre(schema)}</details>`).join('\n')}
</body></html>
`
}

type Group = { readonly anchor: string; readonly title: string; readonly own: readonly Operation[] }

function toGroup(tag: Json, operations: readonly Operation[]): Group {
  const own = operations.filter(({ about }) => (about['tags'] as unknown[] | undefined)?.includes(tag['name']))
  return { anchor: `view-${toSafe(tag['name'])}`, title: toSafe(tag['description'] ?? tag['name']), own }
}

// a long view is easier to read by what its paths are about
function toView({ anchor, title, own }: Group): string {
  const nouns = [...new Set(own.map(({ path }) => toNoun(path)))]
  const isLong = own.length > LONG && nouns.length > 1
  const about = (noun: string): readonly Operation[] => own.filter(({ path }) => toNoun(path) === noun)
  const parts = nouns.map(noun => `<h3>${toSafe(noun)}</h3>\n${toList(about(noun))}`)
  return `<h2 id="${anchor}">${title}</h2>\n${isLong ? parts.join('\n') : toList(own)}`
}

function toList(operations: readonly Operation[]): string {
  return operations.map(toOperation).join('\n')
}

/** `/api/v1/jobs/{id}` is about jobs; what stands alone at the top is about the daemon. */
function toNoun(path: string): string {
  return /^(?:\/api)?\/v1\/([^/]+)/.exec(path)?.[1] ?? /^\/([^/]+)\/./.exec(path)?.[1] ?? 'the daemon'
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
