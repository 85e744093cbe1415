// sends one stream: a file followed from where the daemon stands, in chunks, never more on its way than the window
import type { Id } from '../shared/ids.ts'
import type { OutputChunk } from '../shared/output.ts'
import { type Clock, SECOND } from '../shared/time.ts'
import { CHUNK_BYTES, type StreamLength, WINDOW_BYTES } from '../shared/wire.ts'
import { cutLength } from './chunker.ts'
import { type FileFollower, followFile } from './follower.ts'

/** Where chunks go: the socket. */
export type ChunkOutlet = {
  /** Sends a chunk. False when there is no connection. */
  send(chunk: OutputChunk): boolean
  /** Whether so much waits in the socket that nothing should be added. */
  isFull(): boolean
  /** Tells the daemon that bytes do not exist any more. */
  hole(stream: { allocation: Id; kind: StreamLength['kind']; from: number; to: number }): void
}

export type StreamSender = {
  /** A connection is up and the daemon has that many bytes. */
  resume(bytes: number): void
  /** The socket has room again. */
  wake(): void
  /** The connection is down. */
  pause(): void
  /** The daemon has stored that many bytes. */
  acknowledge(bytes: number): void
  /** The stream has ended with that many bytes. */
  finish(bytes: number): void
  /** Resolves when the whole finished stream was sent once on this connection, or when it is closed. */
  readonly sent: Promise<void>
  /** How many bytes the file holds. */
  size(): Promise<number>
  close(): Promise<void>
}

type Stream = {
  up: boolean
  acked: number
  next: number
  final: number | undefined
  rewound: number | undefined
  pumping: boolean
  again: boolean
  cancelStall: () => void
}

/** Without any progress for this long, what is on its way is sent again: the daemon ignores what it knows. */
const STALL_MS = 10 * SECOND

export type SenderDeps = {
  readonly allocation: Id
  readonly kind: StreamLength['kind']
  readonly path: string
  readonly clock: Clock
  readonly outlet: ChunkOutlet
  /** Hears of files that cannot be read. */
  readonly onTrouble: (thrown: unknown) => void
}

/** Makes the sender of one stream; it sleeps until `resume`. */
export function createSender(deps: SenderDeps): StreamSender {
  const stream: Stream = {
    ...{ up: false, acked: 0, next: 0, final: undefined, rewound: undefined },
    ...{ pumping: false, again: false, cancelStall: () => {} },
  }
  const file = followFile({ path: deps.path, clock: deps.clock, onMore: () => pump() })
  let tellSent: () => void = () => {}
  const sent = new Promise<void>(resolve => {
    tellSent = resolve
  })

  function pump(): void {
    if (stream.pumping) stream.again = true
    else if (stream.up) void run()
  }
  async function run(): Promise<void> {
    stream.pumping = true
    do {
      stream.again = false
      // what cannot be read now is tried again by the poll
      await sendWhatIsThere({ ...deps, stream, file }).catch(deps.onTrouble)
      if (stream.final !== undefined && stream.next >= stream.final) tellSent()
    } while (stream.again && stream.up)
    stream.pumping = false
  }
  function watchStall(): void {
    stream.cancelStall()
    if (stream.up && stream.next > stream.acked) stream.cancelStall = deps.clock.after(STALL_MS, () => goBack())
  }
  function goBack(): void {
    stream.next = stream.acked
    pump()
    watchStall()
  }
  return {
    sent,
    size: () => file.size(),
    resume(bytes) {
      Object.assign(stream, { up: true, acked: bytes, next: bytes, rewound: undefined })
      pump()
      watchStall()
    },
    wake: pump,
    pause() {
      stream.up = false
      stream.cancelStall()
    },
    acknowledge(bytes) {
      // a length said twice means that what came behind it was not taken: once per length, it is sent again
      const isGap = bytes === stream.acked && bytes < stream.next && stream.rewound !== bytes
      if (bytes > stream.acked) Object.assign(stream, { acked: bytes, next: Math.max(stream.next, bytes) })
      else if (isGap || bytes < stream.acked) {
        Object.assign(stream, { acked: bytes, rewound: bytes })
        return goBack()
      }
      watchStall()
      pump()
    },
    finish(bytes) {
      stream.final = bytes
      pump()
    },
    close() {
      stream.up = false
      stream.cancelStall()
      tellSent()
      return file.close()
    },
  }
}

type Pump = SenderDeps & { stream: Stream; file: FileFollower }

async function sendWhatIsThere(work: Pump): Promise<void> {
  const { stream, file, outlet, allocation, kind } = work
  while (stream.up && stream.next - stream.acked < WINDOW_BYTES && !outlet.isFull()) {
    const offset = stream.next
    const bytes = await file.read(offset, CHUNK_BYTES)
    // the connection may have changed while the file was read
    if (!stream.up || stream.next !== offset) return
    const final = stream.final !== undefined && offset + bytes.length >= stream.final
    const length = cutLength(bytes, CHUNK_BYTES, final)
    if (length === 0) return sayHole(work, offset)
    if (!outlet.send({ allocation, kind, offset, bytes: bytes.subarray(0, length) })) return
    stream.next = offset + length
  }
}

// a finished stream whose file is shorter than it was: what is gone is said, so that the daemon does not wait for it
function sayHole(work: Pump, from: number): void {
  const { stream, outlet, allocation, kind } = work
  if (stream.final === undefined || from >= stream.final) return
  outlet.hole({ allocation, kind, from, to: stream.final })
  stream.next = stream.final
}
