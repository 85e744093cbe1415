// who is due when: a binary heap of ids by instant, in which each stands at most once

export type DueHeap = {
  readonly size: number
  /** Puts it there, or moves it. `at` in ms. */
  set(id: string, at: number): void
  remove(id: string): void
  /** The earliest. */
  peek(): { readonly id: string; readonly at: number } | undefined
}

type Node = { readonly id: string; at: number; place: number }

/** An empty one. */
export function createDueHeap(): DueHeap {
  const nodes: Node[] = []
  const byId = new Map<string, Node>()

  const put = (node: Node, place: number): void => {
    node.place = place
    nodes[place] = node
  }

  function rise(node: Node): void {
    for (;;) {
      const up = (node.place - 1) >> 1
      const parent = nodes[up]
      if (node.place === 0 || parent === undefined || parent.at <= node.at) return
      const { place } = node
      put(node, up)
      put(parent, place)
    }
  }

  function sink(node: Node): void {
    for (;;) {
      const left = nodes[2 * node.place + 1]
      const right = nodes[2 * node.place + 2]
      const child = right !== undefined && left !== undefined && right.at < left.at ? right : left
      if (child === undefined || child.at >= node.at) return
      const { place } = node
      put(node, child.place)
      put(child, place)
    }
  }

  return {
    get size() {
      return nodes.length
    },
    set(id, at) {
      const known = byId.get(id)
      const node = known ?? { id, at, place: nodes.length }
      node.at = at
      if (known === undefined) {
        byId.set(id, node)
        nodes.push(node)
      }
      rise(node)
      sink(node)
    },
    remove(id) {
      const node = byId.get(id)
      if (node === undefined) return
      byId.delete(id)
      const last = nodes.pop()
      if (last === undefined || last === node) return
      put(last, node.place)
      rise(last)
      sink(last)
    },
    peek() {
      const first = nodes[0]
      return first === undefined ? undefined : { id: first.id, at: first.at }
    },
  }
}
