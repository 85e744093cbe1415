// a TCP proxy that cuts connections on command, and tells whether bytes were on their way when it did

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

export type CuttingProxy = {
  readonly port: number
  /** Bytes that went from the clients to the target so far. */
  readonly bytes: number
  /** Connections now. */
  readonly open: number
  /** Cuts with bytes in flight: half of a piece was handed on, the rest was not. */
  readonly cuts: number
  /** Cuts as soon as so many bytes more have gone through, in the middle of a piece. */
  cutAfter(bytes: number): Promise<void>
  /** From now on nobody is connected any more (`true`), or again. */
  refuse(refusing: boolean): void
  close(): Promise<void>
}

type Pair = { readonly client: Socket; readonly target: Socket }

/** Hands everything on, no faster than it is taken. */
function pour(from: Socket, to: Socket): void {
  from.on('data', data => hand(from, to, data))
}

function hand(from: Socket, to: Socket, data: Buffer): void {
  if (to.write(data)) return
  from.pause()
  to.once('drain', () => from.resume())
}

/** Listens on a free port of the loopback and passes everything on to the port of `target`. */
export async function createCuttingProxy(target: number): Promise<CuttingProxy> {
  const pairs = new Set<Pair>()
  const state = { bytes: 0, cuts: 0, refusing: false, cutAt: Number.POSITIVE_INFINITY, onCut: (): void => {} }
  const cut = (): void => {
    for (const { client, target: other } of pairs) {
      client.resetAndDestroy()
      other.resetAndDestroy()
    }
    pairs.clear()
  }
  // half of the piece is handed on: the rest was in flight
  const cutThrough = (other: Socket, data: Buffer): void => {
    const half = Math.ceil(data.length / 2)
    state.cutAt = Number.POSITIVE_INFINITY
    other.write(data.subarray(0, half), () => {
      if (half < data.length) state.cuts += 1
      cut()
      state.onCut()
    })
  }
  const server = createServer(client => {
    if (state.refusing) return void client.resetAndDestroy()
    const other = connect(target, '127.0.0.1')
    const pair = { client, target: other }
    pairs.add(pair)
    client.on('data', data => {
      state.bytes += data.length
      if (state.bytes < state.cutAt) hand(client, other, data)
      else cutThrough(other, data)
    })
    pour(other, client)
    const over = (): void => {
      pairs.delete(pair)
      client.destroy()
      other.destroy()
    }
    for (const socket of [client, other]) socket.on('error', () => {}).on('close', over)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get bytes() {
      return state.bytes
    },
    get open() {
      return pairs.size
    },
    get cuts() {
      return state.cuts
    },
    cutAfter: bytes =>
      new Promise(resolve => {
        state.onCut = resolve
        state.cutAt = state.bytes + bytes
      }),
    refuse(refusing) {
      state.refusing = refusing
      if (refusing) cut()
    },
    async close() {
      state.refusing = true
      cut()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
