// cache filter rules of view 001: no CLI keeps any
import { absentFamily } from './absent.ts'

export const cacheFilter = absentFamily('cache-filter', 'cache filter')
