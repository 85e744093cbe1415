// environment to configuration: every mistake at once, secrets as stars, nothing changes afterwards
import { expect, test } from 'vitest'
import {
  ConfigError,
  numberOr,
  optionalText,
  optionalUrl,
  parseSettings,
  secretsOf,
  setting,
  showSettings,
  textOr,
  urlOr,
  wordOr,
} from '../../shared/config.ts'

const SETTINGS = {
  url: setting('URL', urlOr('http://here:1')),
  web: setting('WEB', optionalUrl),
  token: setting('TOKEN', optionalText, { secret: true }),
  count: setting('COUNT', numberOr(2, { min: 1, max: 9 })),
  level: setting('LEVEL', wordOr('info', ['info', 'warn'])),
  dir: setting('DIR', textOr('./data')),
  ports: setting('PORTS', textOr('4646'), { emptyCounts: true }),
}

test('what is unset or empty has its default, except where empty is a value', () => {
  const config = parseSettings(SETTINGS, { COUNT: '', PORTS: '' })
  expect(config).toEqual({ url: 'http://here:1', count: 2, level: 'info', dir: './data', ports: '' })
  expect(Object.isFrozen(config)).toBe(true)
})

test('values are read, slashes at the end of addresses do not count', () => {
  const config = parseSettings(SETTINGS, { URL: 'https://there/base//', COUNT: '9', LEVEL: 'warn', WEB: 'http://w:1' })
  expect(config).toMatchObject({ url: 'https://there/base', count: 9, level: 'warn', web: 'http://w:1' })
})

test('every mistake is told at once, by variable and value', () => {
  const wrong = { URL: 'ftp://x', COUNT: '1.5', LEVEL: 'loud', WEB: 'no' }
  let thrown: unknown
  try {
    parseSettings(SETTINGS, wrong)
  } catch (error) {
    thrown = error
  }
  if (!(thrown instanceof ConfigError)) throw new Error('expected a ConfigError')
  expect(thrown.mistakes).toHaveLength(4)
  for (const [name, value] of Object.entries(wrong)) {
    expect(
      thrown.mistakes.some(mistake => mistake.startsWith(`${name} must be`) && mistake.endsWith(`"${value}"`)),
    ).toBe(true)
  }
})

test('secrets are stars when they are shown, and known to the log', () => {
  const config = parseSettings(SETTINGS, { TOKEN: 'hidden-one' })
  expect(showSettings(SETTINGS, config)).toContain('TOKEN=***')
  expect(showSettings(SETTINGS, config)).toContain('WEB=')
  expect(showSettings(SETTINGS, config).join()).not.toContain('hidden-one')
  expect(secretsOf(SETTINGS, config)).toEqual(['hidden-one'])
})
