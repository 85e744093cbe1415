// report: capacity and workers of the clusters, in the words of their own CLI
import { askFor, ClusterRow, pages, ReportAnswer } from '../answers.ts'
import { EXIT, usage } from '../failure.ts'
import type { Context, Verb } from '../verb.ts'

export const report: Verb = {
  name: 'report',
  takes: '',
  summary: 'capacity and workers of each cluster',
  options: ['cluster'],
  examples: [
    ['gander report', 'every cluster'],
    ['gander report --cluster c1 --json', 'one, as an object'],
  ],
  run: async context => {
    const names = await readClusters(context)
    if (names.length === 0) throw usage('The daemon knows no cluster yet: start an agent, then ask again.')
    for (const name of names) await tellReport(context, name, names.length > 1)
    return EXIT.cached
  },
}

async function readClusters({ api, options }: Context): Promise<string[]> {
  if (options.cluster !== undefined) return [options.cluster]
  const names: string[] = []
  for await (const cluster of pages(api, ClusterRow, '/api/v1/clusters')) names.push(cluster.name)
  return names
}

async function tellReport({ api, screen, options }: Context, name: string, several: boolean): Promise<void> {
  const answer = await askFor(api, ReportAnswer, ['GET', `/api/v1/clusters/${encodeURIComponent(name)}/report`])
  if (options.json) return screen.json(answer)
  if (several) await screen.line(screen.paint('bold', `==> ${name} <==`))
  await screen.line(answer.text.trimEnd())
}
