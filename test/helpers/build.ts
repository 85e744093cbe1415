// builds dist/ once before the tests, because they start the real programs
import { buildAll } from '../../scripts/build.ts'

export async function setup(): Promise<void> {
  await buildAll()
}
