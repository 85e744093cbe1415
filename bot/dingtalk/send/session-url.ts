// which session webhooks are called: a URL that came in a message is nobody's word for where to go

/** DingTalk's own hosts, and the overseas twins. */
const OURS = ['.dingtalk.com', '.dingtalk.io']

/**
 * The URL, when it is one of DingTalk's own (https, the usual port) or at the scheme, host and port of a configured base;
 * undefined otherwise. Never throws.
 */
export function readSessionUrl(text: string, bases: readonly string[]): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return undefined
  const known = url.protocol === 'https:' && url.port === '' && OURS.some(end => url.hostname.endsWith(end))
  return known || bases.some(base => isAt(url, base)) ? url : undefined
}

function isAt(url: URL, base: string): boolean {
  if (!URL.canParse(base) || !/^https?:$/.test(url.protocol)) return false
  return new URL(base).origin === url.origin
}
