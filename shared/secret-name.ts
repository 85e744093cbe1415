// which names promise a secret: one rule for logs, the book of writes, and options of mounts

// `signal` and `assigned` are everyday words of ours
const SECRET = /key|secret|passw|token|credential|private|authorization|cookie|webhook|sign(?!al|ed)/i

/** Whether a value may be a secret, by its name: it is never shown, logged or kept. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name)
}
