// where a load begins: the whole path, or the few places below it that were found to be missing something
import { isWithin, pathProblem, toNamespacePath } from '../../shared/path.ts'
import type { RunOrder } from '../../shared/wire.ts'

/**
 * The paths that are loaded one after another, none within another one. A place that does not lie within the order's path,
 * or whose name the CLI would take for a pattern, makes it the whole path: more than was asked for is never wrong.
 */
export function toTargets({ path, only }: Pick<RunOrder, 'path' | 'only'>): string[] {
  const whole = toNamespacePath(path)
  const places = [...new Set(only.map(toNamespacePath))]
  const usable = (place: string) => place !== whole && isWithin(place, whole) && pathProblem(place) === undefined
  if (places.length === 0 || !places.every(usable)) return [path]
  return places.filter(place => !places.some(other => other !== place && isWithin(place, other)))
}
