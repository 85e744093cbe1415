// what a self-check says of the CLI: a row for each fact, and what to do when it is not as it should be
import type { Capabilities } from '../../shared/agent.ts'

export type CliCheck = {
  readonly name: string
  readonly ok: boolean
  readonly answer: string
  /** What an operator can do; only where something is amiss. */
  readonly remedy?: string
}

/** The checks of one CLI, from its capabilities alone: no call is made. */
export function checkCli(capabilities: Capabilities): CliCheck[] {
  const { bin, found, version, problem, simulated } = capabilities
  if (!found) return [failed('cli', problem ?? `${bin} cannot be started`, 'set GOOSEFS_BIN to the CLI of this node')]
  const answered =
    problem === undefined
      ? passed(
          'cli',
          `${capabilities.brand ?? 'CLI'} ${version ?? 'of unknown version'}${simulated ? ' (simulated)' : ''}`,
        )
      : failed('cli', problem, 'run the CLI by hand as the agent’s user: it needs Java and its configuration')
  return [answered, checkLoad(capabilities), checkMetadata(capabilities), checkJobWeb(capabilities)]
}

function checkLoad({ loadFlags }: Capabilities): CliCheck {
  if (loadFlags.length > 0) return passed('distributedLoad', `knows ${loadFlags.join(' ')}`)
  return failed('distributedLoad', 'its help could not be read', 'use a CLI of 2.3 to 2.9; some later ones lack it')
}

function checkMetadata({ loadMetadata, loadMetadataForce }: Capabilities): CliCheck {
  if (loadMetadata === false) return passed('loadMetadata', 'unknown to this CLI: a refreshing listing does its work')
  if (loadMetadataForce === false) return passed('loadMetadata', 'knows no -F: a refreshing listing does its work')
  return passed('loadMetadata', loadMetadataForce === true ? 'knows -F' : 'its help could not be read: it is tried')
}

function checkJobWeb({ jobWeb }: Capabilities): CliCheck {
  if (jobWeb === true)
    return passed('job master web', 'answers: engine jobs are looked up and cancelled in milliseconds')
  return passed('job master web', 'does not answer: engine jobs go through the CLI (GANDER_GOOSEFS_JOB_WEB names it)')
}

function passed(name: string, answer: string): CliCheck {
  return { name, ok: true, answer }
}

function failed(name: string, answer: string, remedy: string): CliCheck {
  return { name, ok: false, answer, remedy }
}
