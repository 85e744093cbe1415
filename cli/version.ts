// the version of this client
import packageJson from '../package.json' with { type: 'json' }

export const VERSION: string = packageJson.version
