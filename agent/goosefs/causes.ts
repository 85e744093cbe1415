// what went wrong, from the words of the CLI: a table of patterns and the cause each one means
import type { Cause } from '../../shared/verdict.ts'

type Row = { readonly says: RegExp; readonly cause: Cause }

// the first match decides, so the narrow ones stand before the wide ones
const ROWS: readonly Row[] = [
  // the launcher's own words, or those of the shell that could not run it or its Java
  {
    says: /Cannot find 'java' on path|JAVA_HOME is not (?:set|defined)|JAVA_HOME is set to an invalid directory|\bjava: (?:command )?not found$/,
    cause: 'cli-missing',
  },
  {
    says: /^.+: line \d+: .+: (?:No such file or directory|Permission denied|cannot execute.*|command not found)$|bad interpreter: |^\S*sh: \d+: exec: .+: (?:not found|Permission denied)$|^(?:\S*\/)?env: .+: No such file or directory$/,
    cause: 'cli-missing',
  },
  { says: /at full capacity of/, cause: 'job-service-down' },
  { says: /JobMasterClient|JobMasterClientServiceClient/, cause: 'job-service-down' },
  { says: /Failed to (?:list the jobs|get status of the job)/, cause: 'job-service-down' },
  {
    says: /Failed to start job with error:.*(?:[Cc]onnect|determine address|UNAVAILABLE|[Uu]navailable)/,
    cause: 'job-service-down',
  },
  {
    // neither is there a worker that could take it, nor one that only lacks its job worker
    says: /Needed \d+ but only found 0\b.*without the block: \[\].*no local job workers: \[\]/s,
    cause: 'worker-lost',
  },
  { says: /Job worker was lost|no local job workers: \[[^\]]/, cause: 'no-job-worker' },
  { says: /Needed \d+ but only found 0\b/, cause: 'no-job-worker' },
  { says: /Failed to find enough block workers|Needed \d+ but only found \d/, cause: 'replicas' },
  {
    // a job worker whose list of workers is older than its worker; it asks for a new list every two minutes
    says: /Cannot find a local block worker|Failed to connect to remote block worker|[Nn]o (?:available |live )*(?:block )?workers? (?:is |are )?available|[Nn]o available (?:block )?worker/,
    cause: 'worker-lost',
  },
  {
    says: /Failed to (?:request|allocate) \d+ bytes|[Nn]ot enough space|[Nn]o space|out of space|[Oo]ut of quota|WorkerOutOfSpace|ResourceExhausted|RESOURCE_EXHAUSTED|Unable to (?:allocate|free) space/,
    cause: 'no-space',
  },
  // seen when the master was killed between the worker's commit of a block and its own
  { says: /Temp blockId \d+ is not available, because it is already committed/, cause: 'unreported' },
  { says: /is expected to be \d+ bytes, but only|metadata is consistent between/, cause: 'changed' },
  { says: /\(Permission denied\)/, cause: 'permission' },
  { says: /No such file or directory|FileNotFoundException|NoSuchKey|NoSuchFile/, cause: 'gone' },
  { says: /in incomplete status|is incomplete\b|[Ii]ncompleteFile/, cause: 'incomplete' },
  {
    says: /^Permission denied|Permission denied: user=|AccessControlException|AccessDenied|Access Denied/,
    cause: 'permission',
  },
  {
    says: /is an unknown command|Failed to parse args|Unrecognized option|takes \d+ arguments|Scheme \S+ in \S+ is invalid/,
    cause: 'refused-by-cli',
  },
  { says: /^Path ".*" is invalid|^Unsupported command/, cause: 'refused-by-cli' },
  {
    says: /Failed to (?:connect to|determine address)|Cannot connect to .+ leader master|Unable to determine master address|in safe mode|UnavailableException|Network closed|UnauthenticatedException/,
    cause: 'master-unreachable',
  },
  { says: /Path ".*" does not exist|^\/.* does not exist\.?$/, cause: 'no-such-path' },
]

/** The cause that a message names; undefined when it names none that we know. */
export function readCause(message: string): Cause | undefined {
  return ROWS.find(row => row.says.test(message))?.cause
}

/** A call over a connection that was just restarted may fail once with this: trying again is right. */
export function isUnauthenticatedChannel(message: string): boolean {
  return message.includes('UnauthenticatedException')
}

/**
 * A server still speaks over the connection that it had to a master before; for how long nobody says. A master that is away
 * reads `Failed to connect`, and each call has waited for it already.
 */
export function isBrokenChannel(message: string): boolean {
  return isUnauthenticatedChannel(message) || /UnavailableException: (?:Channel shutdown|Network closed)/.test(message)
}

/** Whether the line says that the service which runs load jobs cannot be reached: each further file would wait a minute. */
export function isJobServiceAway(line: string): boolean {
  return /Failed to start job with error:/.test(line) && readCause(line) === 'job-service-down'
}
