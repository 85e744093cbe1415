// the views that the daemon offers, in the order in which they are mounted
import type { Dialect } from '../endpoint.ts'
import { alluxio } from './alluxio.ts'
import { cli2api } from './cli2api.ts'
import { datahub } from './datahub.ts'
import { native } from './native.ts'
import { nomad } from './nomad.ts'
import { pandora } from './pandora.ts'

export const DIALECTS: readonly Dialect[] = [native, cli2api, alluxio, datahub, nomad, pandora]
