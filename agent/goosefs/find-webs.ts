// where the webs of master and job master answer
import { isJobWeb } from './engine-web.ts'
import { readMasterInfo } from './master-web.ts'

/** Web addresses that answered or are configured; used for speed only. */
export type Webs = { readonly masterWeb?: string; readonly jobMasterWeb?: string }

type Finding = {
  readonly configured: string | undefined
  /** Whether the web that is looked for answers there. */
  readonly answers: (base: string) => Promise<boolean>
  /** Configuration keys, without the brand: the first that names hosts counts, each host may be the leader. */
  readonly hosts: readonly string[]
  readonly port: string
}

/** The first address at which a web answers: the configured one only, when there is one. */
async function findWeb(configuration: ReadonlyMap<string, string>, finding: Finding): Promise<string | undefined> {
  const port = configuration.get(finding.port) ?? ''
  const named = finding.hosts.map(key => configuration.get(key) ?? '').find(hosts => hosts !== '') ?? ''
  const hosts = named.split(',').map(host => host.replace(/:\d+$/, '').trim())
  const usable = /^\d+$/.test(port) ? hosts.filter(host => /^[\w.-]+$/.test(host)) : []
  const found = usable.map(host => `http://${host}:${port}`)
  for (const base of finding.configured === undefined ? found : [finding.configured]) {
    if (await finding.answers(base)) return base
  }
  return undefined
}

/** Where the webs of master and job master answer: as configured, else where the CLI's own configuration names them. */
export async function findWebs(webs: Webs, configuration: ReadonlyMap<string, string>): Promise<Webs> {
  const masterWeb = await findWeb(configuration, {
    configured: webs.masterWeb,
    answers: async base => (await readMasterInfo(base)) !== undefined,
    hosts: ['master.rpc.addresses', 'master.embedded.journal.addresses', 'master.hostname'],
    port: 'master.web.port',
  })
  const jobMasterWeb = await findWeb(configuration, {
    configured: webs.jobMasterWeb,
    answers: isJobWeb,
    hosts: ['job.master.rpc.addresses', 'job.master.hostname', 'master.hostname'],
    port: 'job.master.web.port',
  })
  return {
    // a configured one may answer later
    ...webs,
    ...(masterWeb === undefined ? {} : { masterWeb }),
    ...(jobMasterWeb === undefined ? {} : { jobMasterWeb }),
  }
}
