// a cluster as its own report shows it, and what the daemon knows of it
import * as z from 'zod'

const bytes = z.number().min(0)

export const ClusterReport = z
  .object({
    version: z.string().optional(),
    address: z.string().optional(),
    safeMode: z.boolean().optional(),
    liveWorkers: z.int().min(0).optional(),
    lostWorkers: z.int().min(0).optional(),
    capacityBytes: bytes.optional(),
    usedBytes: bytes.optional(),
    freeBytes: bytes.optional(),
    tiers: z
      .array(z.object({ alias: z.string(), capacityBytes: bytes.optional(), usedBytes: bytes.optional() }))
      .default([]),
    simulated: z.boolean().default(false),
  })
  .meta({ id: 'ClusterReport', description: 'byte counts come from the rounded sizes that the CLI prints' })
export type ClusterReport = z.infer<typeof ClusterReport>

/** One entry of a listing. */
export const ListEntry = z
  .object({
    path: z.string(),
    directory: z.boolean(),
    bytes: bytes.optional(),
    cachedPercent: z.int().optional(),
    modifiedAt: z.string().optional(),
  })
  .meta({ id: 'ListEntry' })
export type ListEntry = z.infer<typeof ListEntry>
