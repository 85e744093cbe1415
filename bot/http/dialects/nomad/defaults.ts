// what a job document does not tell, as Nomad fills it in
import { NO_POLICY, POLICY } from './config.ts'
import type { JobStub } from './job-shapes.ts'

type Fields = Readonly<Record<string, unknown>>

const JOB: Fields = {
  ...{ Stop: false, Region: 'global', Namespace: 'default', ParentID: '' },
  ...{ AllAtOnce: false, NodePool: 'default', Constraints: null, Affinities: null, Spreads: null, Update: null },
  ...{ Multiregion: null, Periodic: null, ParameterizedJob: null, Dispatched: false, DispatchIdempotencyToken: '' },
  ...{ Payload: null, ConsulNamespace: '', VaultNamespace: '', NomadTokenID: '' },
  ...{ StatusDescription: '', Stable: false },
}
const GROUP: Fields = {
  ...{ Count: 1, Update: null, Migrate: null, Constraints: null, Affinities: null, Spreads: null, Scaling: null },
  ...{ EphemeralDisk: { Sticky: false, SizeMB: 300, Migrate: false }, Networks: null, Services: null, Volumes: null },
  ...{ ReschedulePolicy: null, Meta: null, Consul: null },
}
const TASK: Fields = {
  ...{ User: '', Env: null, Services: null, Vault: null, Templates: null, Constraints: null, Affinities: null },
  ...{ Meta: null, KillTimeout: 5_000_000_000, KillSignal: '', Artifacts: null, Leader: false, ShutdownDelay: 0 },
  ...{ Config: null, DispatchPayload: null, Lifecycle: null, VolumeMounts: null, ScalingPolicies: null, Kind: '' },
  LogConfig: { MaxFiles: 10, MaxFileSizeMB: 10, Disabled: false },
}

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The document with what it leaves out; nothing that it says is changed. */
export function complete(document: Fields): Fields {
  return {
    ...withDefaults(JOB, document),
    ...toHead(document),
    TaskGroups: listOf(document['TaskGroups']).map(toGroup),
  }
}

/** What a list tells of a document. */
export function toHead(document: Fields): Pick<JobStub, 'Name' | 'Datacenters' | 'Type' | 'Priority' | 'Meta'> {
  const { ID, Name, Datacenters, Type, Priority, Meta } = document as Partial<JobStub>
  return {
    Name: Name || String(ID),
    Datacenters: Datacenters ?? ['dc1'],
    ...{ Type: Type || 'batch', Priority: Priority || 50, Meta: Meta ?? null },
  }
}

function toGroup(group: Fields): Fields {
  const policy = group['RestartPolicy']
  return {
    ...withDefaults(GROUP, group),
    RestartPolicy: isFields(policy) ? withDefaults(POLICY, policy) : NO_POLICY,
    Tasks: listOf(group['Tasks']).map(task => withDefaults(TASK, task)),
  }
}

// a null says as little as nothing, and an empty text as little where there has to be one
function withDefaults(defaults: Fields, given: Fields): Fields {
  const made: Record<string, unknown> = { ...given, ...defaults }
  for (const key of Object.keys(defaults)) {
    const value = given[key]
    if (value !== undefined && value !== null && !(value === '' && defaults[key])) made[key] = value
  }
  return made
}

/** The objects of a list; anything else has none. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : []
}
