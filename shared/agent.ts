// an agent as it describes itself: cluster, capacity, what its CLI can do
import * as z from 'zod'
import { Id } from './ids.ts'

/** What a probe found out about the CLI. Unknown things stay away. */
export const Capabilities = z
  .object({
    bin: z.string().meta({ description: 'the program, as configured' }),
    found: z.boolean(),
    version: z.string().optional(),
    simulated: z.boolean().default(false).meta({ description: 'the playground, not a real cluster' }),
    brand: z.enum(['GooseFS', 'Alluxio']).optional(),
    loadMetadata: z.boolean().optional(),
    loadMetadataForce: z.boolean().optional().meta({ description: '`loadMetadata -F` is known' }),
    loadFlags: z.array(z.string()).default([]).meta({ description: 'options that `distributedLoad` knows' }),
    jobWeb: z.boolean().optional().meta({ description: 'the web of the job master answers' }),
    coordinator: z
      .boolean()
      .optional()
      .meta({ description: 'it is a coordinator, not a CLI: it loads and frees by calls of its own' }),
    problem: z.string().optional().meta({ description: 'one sentence when the CLI cannot be used' }),
  })
  .meta({ id: 'Capabilities' })
export type Capabilities = z.infer<typeof Capabilities>

/** What an agent says of itself when it connects. */
export const AgentDescription = z
  .object({
    id: Id,
    name: z.string().min(1).max(128),
    cluster: z.string().min(1).max(128),
    version: z.string(),
    host: z.string(),
    pid: z.int(),
    capacity: z.object({ work: z.int().min(1), read: z.int().min(1) }),
    capabilities: Capabilities,
    calls: z.array(z.string()).default([]).meta({ description: 'verbs of the calls that it can answer' }),
    entrypoint: z.string().optional(),
    owner: z.string().optional(),
  })
  .meta({ id: 'AgentDescription' })
export type AgentDescription = z.infer<typeof AgentDescription>

export const AgentStatus = z.enum(['ready', 'draining', 'down']).meta({ id: 'AgentStatus' })
export type AgentStatus = z.infer<typeof AgentStatus>
