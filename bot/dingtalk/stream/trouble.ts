// why the stream is not connected, as a table: class, whether it mends itself, and what the operator can do
import { MINUTE } from '../../../shared/time.ts'
import type { Trouble } from './port.ts'

type Row = { readonly permanent?: true; readonly atLeastMs?: number; readonly en: string; readonly zh: string }

const ROWS = {
  auth: {
    permanent: true,
    atLeastMs: 5 * MINUTE,
    en: 'DingTalk does not accept the credentials (401): look at DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET',
    zh: '钉钉不接受凭证（401）：请检查 DINGTALK_CLIENT_ID 和 DINGTALK_CLIENT_SECRET',
  },
  refused: {
    en: 'DingTalk refused the connection (400): is the app published, is its robot set to Stream mode, do the client id and secret belong together, is this address on the IP white list of the app?',
    zh: '钉钉拒绝了连接（400）：请检查应用是否已发布、机器人消息接收模式是否为 Stream、Client ID 与 Secret 是否匹配、本机出口 IP 是否在应用的白名单中',
  },
  forbidden: {
    en: 'DingTalk does not allow the connection (403): look at the permissions and the IP white list of the app',
    zh: '钉钉不允许连接（403）：请检查应用权限和 IP 白名单',
  },
  rate: {
    atLeastMs: MINUTE,
    en: 'DingTalk limits the calls of this app: its quota is used up, or another process uses the same client id',
    zh: '钉钉对本应用限流：额度已用完，或有其他进程使用同一个 Client ID',
  },
  banned: {
    atLeastMs: 5 * MINUTE,
    en: 'DingTalk has banned this address for some minutes: too many requests came from it',
    zh: '钉钉暂时封禁了本机出口 IP（约 5 分钟）：该地址请求过多',
  },
  proxy: {
    en: 'something between answered in place of DingTalk: look at the proxy and at DINGTALK_API_BASE',
    zh: '中间设备代替钉钉应答：请检查代理和 DINGTALK_API_BASE',
  },
  unavailable: { en: 'DingTalk is unavailable for the moment (5xx)', zh: '钉钉服务暂时不可用（5xx）' },
  empty: {
    en: 'DingTalk answered without an endpoint or a ticket',
    zh: '钉钉的应答中没有连接地址或票据',
  },
  endpoint: {
    en: 'the gateway named an endpoint that is no address of a secure socket: look at the proxy and at DINGTALK_API_BASE',
    zh: '网关返回的连接地址无效或不安全：请检查代理和 DINGTALK_API_BASE',
  },
  unexpected: {
    en: 'the gateway gave an unexpected answer: look at DINGTALK_API_BASE',
    zh: '网关返回了意外的应答：请检查 DINGTALK_API_BASE',
  },
  'gateway-timeout': {
    en: 'the gateway did not answer within 10 s: is api.dingtalk.com:443 reachable from here?',
    zh: '网关 10 秒内未应答：请检查能否访问 api.dingtalk.com:443',
  },
  unreachable: {
    en: 'the gateway cannot be reached: look at DNS, firewall, certificates and DINGTALK_API_BASE (api.dingtalk.com:443)',
    zh: '无法访问网关：请检查 DNS、防火墙、证书和 DINGTALK_API_BASE（api.dingtalk.com:443）',
  },
  'upgrade-refused': {
    en: 'the socket was refused by the host that the gateway named',
    zh: '网关指定的主机拒绝了连接',
  },
  'upgrade-failed': {
    en: 'the host that the gateway named cannot be reached: allow wss-open-connection.dingtalk.com:443 and wss-open-connection-union.dingtalk.com:443',
    zh: '无法访问网关指定的主机：请放行 wss-open-connection.dingtalk.com:443 和 wss-open-connection-union.dingtalk.com:443',
  },
  'upgrade-timeout': {
    en: 'the socket did not open within 10 s: allow wss-open-connection.dingtalk.com:443 and wss-open-connection-union.dingtalk.com:443',
    zh: '连接 10 秒内未建立：请放行 wss-open-connection.dingtalk.com:443 和 wss-open-connection-union.dingtalk.com:443',
  },
  dropped: { en: 'the connection broke; it is being made again', zh: '连接中断，正在重连' },
  recycled: { en: 'DingTalk is recycling the connection; it is being replaced', zh: '钉钉正在回收连接，正在更换' },
  'no-pong': { en: 'the connection no longer answers; it is being replaced', zh: '连接无响应，正在更换' },
  silent: {
    en: 'the connection has been silent for too long; it is being replaced',
    zh: '连接长时间没有任何消息，正在更换',
  },
  'clock-jump': {
    en: 'the clock jumped, as after a sleep of the computer; the connection is being replaced',
    zh: '系统时钟跳变（例如休眠后），正在更换连接',
  },
} as const satisfies Record<string, Row>

export type TroubleCode = keyof typeof ROWS

/** The class as the status shows it. */
export function toTrouble(code: TroubleCode): Trouble {
  const row: Row = ROWS[code]
  return { code, permanent: row.permanent === true, en: row.en, zh: row.zh }
}

/** How long to wait at least before the next try, in ms. */
export function atLeastMs(code: TroubleCode): number {
  const row: Row = ROWS[code]
  return row.atLeastMs ?? 0
}
