// the custom robot's URL, signed anew for every send
import { createHmac } from 'node:crypto'

/**
 * base64 of HMAC-SHA256 with the secret as key over `<timestamp>\n<secret>`, not yet encoded for a query.
 * @param timestamp milliseconds since the epoch; valid for an hour
 */
export function sign(timestamp: number, secret: string): string {
  return createHmac('sha256', secret).update(`${timestamp}\n${secret}`, 'utf8').digest('base64')
}

/** Where to post. The URL is a secret: whoever has it can write into the group. */
export function toRobotUrl(
  oapiBase: string,
  robot: { readonly token: string; readonly secret?: string | undefined; readonly now: number },
): URL {
  const url = new URL(`${oapiBase.replace(/\/+$/, '')}/robot/send`)
  url.searchParams.set('access_token', robot.token)
  if (robot.secret === undefined) return url
  url.searchParams.set('timestamp', String(robot.now))
  url.searchParams.set('sign', sign(robot.now, robot.secret))
  return url
}
