// quotas of view 001: no CLI sets a quota on the cache
import { absentFamily } from './absent.ts'

export const quota = absentFamily('quota', 'quota')
