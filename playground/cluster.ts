// the workers of the cluster: tiers, heartbeats, the capacity lines that two reports share
import { quota } from './cache.ts'
import type { Shell } from './shell.ts'
import { workerCount } from './submission.ts'
import { human } from './words.ts'
import type { World } from './world.ts'

/** Tier names and how the bytes spread over them. */
export function tiers(shell: Shell, world: World): { name: string; size: number; used: number }[] {
  const size = quota(world) * Math.max(1, workerCount(shell))
  if (shell.knob('tiers') !== '2') return [{ name: 'SSD', size, used: world.cachedBytes }]
  const memory = Math.floor(size / 4)
  const inMemory = Math.min(memory, world.cachedBytes)
  return [
    { name: 'MEM', size: memory, used: inMemory },
    { name: 'SSD', size: size - memory, used: world.cachedBytes - inMemory },
  ]
}

/** Seconds since the worker's last word. It grows once the worker is lost. */
export function heartbeat(shell: Shell, world: World): number {
  if (shell.knob('worker') !== 'lost') return 0
  const since = world.knobs['worker'] === 'lost' ? world.knobSetAt['worker'] : undefined
  return since === undefined ? 30 : Math.floor((Date.now() - since) / 1000) + 10
}

/** Live and lost workers: a silent one counts as live for five minutes. */
export function workers(shell: Shell, world: World): { live: number; lost: number } {
  const all = workerCount(shell)
  return heartbeat(shell, world) > 300 ? { live: 0, lost: all } : { live: all, lost: 0 }
}

/** The lines of capacity that summary and capacity share. */
export function capacityLines(shell: Shell, world: World): string[] {
  const all = tiers(shell, world)
  const tier = (key: 'size' | 'used'): string[] => all.map(one => `        Tier: ${one.name}  Size: ${human(one[key])}`)
  const total = all.reduce((sum, one) => sum + one.size, 0)
  return [
    `    Total Capacity: ${human(total)}`,
    ...tier('size'),
    `    Used Capacity: ${human(world.cachedBytes)}`,
    ...tier('used'),
  ]
}
