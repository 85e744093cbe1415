// verbs on what a cluster holds beside jobs: who may, what is decided from a listing, and what a refusal becomes
import { describe, expect, it } from 'vitest'
import type { Settings } from '../../bot/core/state.ts'
import { createCatalogOperations } from '../../bot/engine/operations/catalog.ts'
import type { Features } from '../../bot/engine/operations/features.ts'
import type { CallAnswer, CallRefusal, ClusterCall, MountPoint } from '../../shared/call.ts'
import type { Actor, Role } from '../../shared/job.ts'
import { SETTINGS } from '../core/world.ts'
import { createEngineRoom } from './room.ts'

const by = (role: Role): Actor => ({ name: role, role, via: 'http' })
const ROOT = by('admin')
const C = 'default'
const MOUNTS: MountPoint[] = [
  { path: '/', ufs: 'cosn://root/', readonly: false, shared: false, options: {} },
  { path: '/s3', ufs: 's3://b/dir', readonly: false, shared: false, options: {} },
  { path: '/s3/deep', ufs: 's3://b/dir/a', readonly: false, shared: false, options: {} },
  { path: '/local', ufs: '/var/ufs', readonly: false, shared: false, options: {} },
]
const refusal = (why: CallRefusal['why'], message = 'the CLI says no.'): CallRefusal => ({ ok: false, why, message })

/** The verbs over a cluster that answers as the test says; without a say it has the mounts above and does everything. */
async function createRoom(
  answers: Partial<Record<ClusterCall['verb'], CallAnswer>> = {},
  { settings = {}, ...features }: Partial<Features> & { settings?: Partial<Settings> } = {},
) {
  const { state, engine, connect } = createEngineRoom()
  await connect()
  const asked: ClusterCall[] = []
  const verbs = createCatalogOperations({
    ...{ state, engine },
    settings: { ...SETTINGS, ...settings },
    calls: {
      async call(_, ask) {
        asked.push(ask)
        return answers[ask.verb] ?? (ask.verb === 'mounts' ? { ok: true, mounts: [...MOUNTS] } : { ok: true })
      },
    },
    featuresOf: () => features,
  })
  const changes = () => asked.filter(({ verb }) => verb !== 'mounts' && verb !== 'stat')
  const policies = () => [...state.policies.rows()].map(({ kind, path, value, by: who }) => [kind, path, value, who])
  return { ...verbs, asked, changes, policies }
}

const ADD = { path: '/new', ufs: 'cosn://new/x' }

describe('roles and names', () => {
  it.each<[string, Role, (room: Awaited<ReturnType<typeof createRoom>>, actor: Actor) => Promise<unknown>]>([
    ['list mounts', 'viewer', (room, actor) => room.listMounts(actor, C)],
    ['map an address', 'viewer', (room, actor) => room.toNamespace(actor, C, 's3://b/dir/x')],
    ['see facts', 'viewer', (room, actor) => room.pathFacts(actor, C, '/a')],
    ['list workers', 'viewer', (room, actor) => room.listWorkers(actor, C)],
    ['read lines', 'viewer', (room, actor) => room.readLines(actor, C, '/a')],
    ['list names', 'viewer', (room, actor) => room.listDirectory(actor, C, { path: '/a', most: 1 })],
    ['list files', 'viewer', (room, actor) => room.listFiles(actor, C, { path: '/a', most: 1 })],
    ['mount', 'operator', (room, actor) => room.addMount(actor, C, ADD)],
    ['unmount', 'operator', (room, actor) => room.removeMount(actor, C, '/s3')],
    ['set a TTL', 'operator', (room, actor) => room.setTtl(actor, C, { path: '/a', ms: 1 })],
    ['remove a TTL', 'operator', (room, actor) => room.unsetTtl(actor, C, '/a')],
    ['pin', 'operator', (room, actor) => room.setPinned(actor, C, { path: '/a', pinned: true })],
    ['remove a worker', 'operator', (room, actor) => room.removeWorker(actor, C, 'w1:30000')],
  ])('%s takes a %s', async (_, role, ask) => {
    const room = await createRoom()
    await expect(ask(room, by(role))).resolves.not.toThrow()
    room.asked.length = 0
    if (role === 'operator') {
      await expect(ask(room, by('viewer'))).rejects.toMatchObject({ code: 'FORBIDDEN' })
      expect(room.asked).toEqual([])
    }
  })

  it('knows the clusters that are configured and those that agents have named', async () => {
    const room = await createRoom({}, { settings: { clusters: ['c1'] } })
    await expect(room.listMounts(ROOT, 'c1')).resolves.toHaveLength(4)
    await expect(room.listMounts(ROOT, C)).resolves.toHaveLength(4)
    await expect(room.listMounts(ROOT, 'c2')).rejects.toMatchObject({
      code: 'CLUSTER_NOT_FOUND',
      message: 'There is no cluster "c2".',
    })
  })
})

describe('mounts', () => {
  it('are added with what was asked for', async () => {
    const { addMount, changes } = await createRoom()
    await addMount(ROOT, C, { ...ADD, readonly: true, options: { 'a.key': 'x' } })
    expect(changes()).toEqual([
      { verb: 'mount', manner: 'cli', ...ADD, readonly: true, shared: false, options: { 'a.key': 'x' } },
    ])
  })

  it.each<[object, string, RegExp]>([
    [{ path: '/s3/' }, 'CONFLICT', /^"\/s3\/" is mounted already, from s3:\/\/b\/dir\.$/],
    [{ ufs: 's3://b//dir/' }, 'CONFLICT', /^"s3:\/\/b\/\/dir\/" is mounted already, at "\/s3"\.$/],
    [{ ufs: 'file:///var/ufs' }, 'CONFLICT', /at "\/local"/],
    [{ path: 's3' }, 'INVALID_INPUT', /^path must start with "\/", got "s3"\.$/],
    [{ path: '/a*' }, 'INVALID_INPUT', /^path must not contain "\*"/],
    [{ ufs: '-Dx' }, 'INVALID_INPUT', /^ufs must start with "\/" or a lower-case scheme/],
    [{ ufs: 's3://me:s3cr3t@b/' }, 'INVALID_INPUT', /^ufs must not contain a user and password\.$/],
    [{ options: { '-Dx': 's3cr3t' } }, 'INVALID_INPUT', /^options\.-Dx must have a name of letters/],
    [{ options: { x: 's3cr3t\n' } }, 'INVALID_INPUT', /^options\.x must have a value without control characters\.$/],
    [
      { options: { x: 'y'.repeat(70_000) } },
      'INVALID_INPUT',
      /^options must have at most 65536 bytes in all, got 70008\.$/,
    ],
  ])('refuses %j before anything is changed', async (more, code, sentence) => {
    const { addMount, changes } = await createRoom()
    const refused = await addMount(ROOT, C, { ...ADD, ...more }).catch((thrown: unknown) => thrown)
    expect(refused).toMatchObject({ code, message: expect.stringMatching(sentence) })
    expect(String(refused)).not.toContain('s3cr3t')
    expect(changes()).toEqual([])
  })

  it.each<[CallRefusal['why'], string]>([
    ['taken', 'CONFLICT'],
    ['absent', 'INVALID_INPUT'],
    ['failed', 'COMMAND_FAILED'],
    ['timeout', 'COMMAND_FAILED'],
    ['unsupported', 'NOT_IMPLEMENTED'],
  ])('take the CLI at its word when it says %s', async (why, code) => {
    const { addMount } = await createRoom({ mount: refusal(why) })
    await expect(addMount(ROOT, C, ADD)).rejects.toMatchObject({
      code,
      message: 'Mounting "/new" on cluster default failed: the CLI says no.',
    })
  })

  it('are removed once', async () => {
    const { removeMount, changes } = await createRoom()
    await removeMount(ROOT, C, '/s3/')
    expect(changes()).toEqual([{ verb: 'unmount', manner: 'cli', path: '/s3/' }])
    await expect(removeMount(ROOT, C, '/s3/dee')).rejects.toMatchObject({
      ...{ code: 'GONE', status: 410, message: 'Nothing is mounted at "/s3/dee".' },
    })
    await expect(removeMount(ROOT, C, '/')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    const late = await createRoom({ unmount: refusal('absent') })
    await expect(late.removeMount(ROOT, C, '/s3')).rejects.toMatchObject({ code: 'GONE' })
  })

  it('are namespaces where the operator says so, and stay as they are where they are static', async () => {
    const namespaces = await createRoom({}, { mount: 'ns' })
    await namespaces.addMount(ROOT, C, ADD)
    expect(namespaces.asked).toMatchObject([{ manner: 'ns' }, { verb: 'mount', manner: 'ns' }])
    await expect(namespaces.addMount(ROOT, C, { ...ADD, path: '/a/b' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    const fixed = await createRoom({}, { mount: 'static' })
    await expect(fixed.listMounts(ROOT, C)).resolves.toHaveLength(4)
    await expect(fixed.addMount(ROOT, C, { path: '', ufs: '' })).rejects.toMatchObject({ code: 'NOT_IMPLEMENTED' })
    await expect(fixed.removeMount(ROOT, C, '/s3')).rejects.toMatchObject({ code: 'NOT_IMPLEMENTED', status: 501 })
    expect(fixed.changes()).toEqual([])
  })
})

describe('addresses', () => {
  it.each([
    ['s3://b/dir', '/s3'],
    ['s3://b/dir/', '/s3'],
    ['s3://b/dir/x y/中', '/s3/x y/中'],
    ['s3://b/dir/a', '/s3/deep'],
    ['s3://b/dir/a/x', '/s3/deep/x'],
    ['s3://b/dir/ab', '/s3/ab'],
    ['cosn://root/x', '/x'],
    ['cosn://root', '/'],
    ['file:///var/ufs/x', '/local/x'],
    ['gfs://host:9200/a/b', '/a/b'],
    ['/plain/', '/plain/'],
  ])('%s is %s', async (address, path) => {
    const { toNamespace } = await createRoom()
    expect(await toNamespace(ROOT, C, address)).toBe(path)
  })

  it('outside of every mount are refused by name', async () => {
    const { toNamespaces } = await createRoom()
    for (const path of ['s3://b/di', 's3://b/directory', 'oss://x/'])
      await expect(toNamespaces(ROOT, C, ['/a', path])).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: `path must lie below the address of a mount of the cluster or start with "/", got "${path}".`,
      })
    await expect(toNamespaces(ROOT, C, ['a'])).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('are mapped with one look, and paths with none', async () => {
    const { toNamespaces, asked } = await createRoom()
    expect(await toNamespaces(ROOT, C, ['/a', '/b'])).toEqual(['/a', '/b'])
    expect(asked).toEqual([])
    expect(await toNamespaces(ROOT, C, ['/a', 'cosn://root/b', 's3://b/dir/c'])).toEqual(['/a', '/b', '/s3/c'])
    expect(asked).toEqual([{ verb: 'mounts', manner: 'cli' }])
  })

  it('serve wherever a path does', async () => {
    const { setTtl, readLines, changes } = await createRoom()
    await setTtl(ROOT, C, { path: 's3://b/dir/x', ms: 5 })
    await readLines(ROOT, C, 'cosn://root/list')
    expect(changes()).toMatchObject([
      { verb: 'set-ttl', path: '/s3/x', ms: 5 },
      { verb: 'lines', path: '/list' },
    ])
    await expect(setTtl(ROOT, C, { path: 'oss://x/', ms: 5 })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('rules of paths', () => {
  it('are remembered when they are set and forgotten when they are removed', async () => {
    const told: CallAnswer = {
      ok: true,
      facts: { path: '/a', directory: true, ttlMs: 5, ttlAction: 'FREE', pinned: true },
    }
    const room = await createRoom({ stat: told })
    await room.setTtl(by('operator'), C, { path: 's3://b/dir/a/x', ms: 3_600_000 })
    await room.setPinned(ROOT, C, { path: '/p', pinned: true })
    expect(room.policies()).toEqual([
      ['ttl', '/s3/deep/x', '3600000', 'operator'],
      ['priority', '/p', 'HIGH', 'admin'],
    ])
    await room.unsetTtl(ROOT, C, '/s3/deep/x')
    await room.setPinned(ROOT, C, { path: '/p', pinned: false })
    expect(room.policies()).toEqual([])
  })

  it('that the CLI refused are not remembered', async () => {
    const room = await createRoom({ 'set-ttl': refusal('absent'), pin: refusal('failed') })
    await expect(room.setTtl(ROOT, C, { path: '/a', ms: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(room.setPinned(ROOT, C, { path: '/a', pinned: true })).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
    })
    expect(room.policies()).toEqual([])
  })

  it('a TTL that is none cannot be removed, unless the CLI does not tell', async () => {
    const none = await createRoom({ stat: { ok: true, facts: { path: '/a', directory: true, pinned: false } } })
    await expect(none.unsetTtl(ROOT, C, '/a')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'path must have a TTL to be removed, got "/a" without one.',
    })
    expect(none.changes()).toEqual([])
    const mute = await createRoom({ stat: { ok: true, facts: { path: '/a', directory: true } } })
    await mute.unsetTtl(ROOT, C, '/a')
    expect(mute.changes()).toEqual([{ verb: 'unset-ttl', path: '/a' }])
  })

  it.each([-1, 1.5, Number.NaN, 2 ** 60])('a TTL of %s is none', async ms => {
    const { setTtl, asked } = await createRoom()
    await expect(setTtl(ROOT, C, { path: '/a', ms })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(asked).toEqual([])
  })
})

describe('workers, lines and files', () => {
  it('say what there is', async () => {
    const worker = { host: 'w', live: true }
    const room = await createRoom({
      ...{ workers: { ok: true, workers: [worker] }, files: { ok: true, lines: ['/a'] } },
      lines: { ok: true, lines: ['/a', '', '  ', '/b '] },
    })
    expect(await room.listWorkers(ROOT, C)).toEqual([worker])
    expect(await room.readLines(ROOT, C, '/list')).toEqual(['/a', '/b '])
    expect(await room.listFiles(ROOT, C, { path: '/a', most: 7 })).toEqual(['/a'])
    expect(room.asked.at(-1)).toEqual({ verb: 'files', path: '/a', most: 7 })
  })

  it('say what there is not', async () => {
    const room = await createRoom({
      files: refusal('too-many'),
      lines: refusal('absent'),
      'remove-worker': refusal('unsupported'),
    })
    await expect(room.listFiles(ROOT, C, { path: '/a', most: 7 })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(room.readLines(ROOT, C, '/a')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(room.removeWorker(ROOT, C, 'w:1')).rejects.toMatchObject({ code: 'NOT_IMPLEMENTED' })
    for (const address of ['-x', 'a,b', 'a b', ''])
      await expect(room.removeWorker(ROOT, C, address)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
