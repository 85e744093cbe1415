// the one table of what DingTalk refuses: code, text and way to class, wait and matter
import type { FailureClass } from '../../../shared/chat.ts'
import { MINUTE, SECOND } from '../../../shared/time.ts'
import type { Matter } from './hints.ts'
import type { Way } from './port.ts'

export type Refusal = {
  /** The whole code, or a pattern; absent: whatever the code. */
  readonly code?: string | RegExp
  /** Must be found in the message. */
  readonly text?: RegExp
  readonly ways?: readonly Way[]
  readonly class: FailureClass
  readonly matter: Matter
  readonly waitMs?: number
}

const SESSION: readonly Way[] = ['session']
const ROBOT: readonly Way[] = ['robot']
const TOKEN: readonly Way[] = ['token']
const ROBOT_CODE = { class: 'config', matter: 'robotCode' } as const
const CONTENT = { class: 'content', matter: 'content' } as const
const OURS = { class: 'bug', matter: 'ours' } as const

/**
 * The first row that fits counts. The same code has had several meanings and changed over the years, so that words of the
 * message decide where the code does not; words alone come last.
 */
export const REFUSALS: readonly Refusal[] = [
  // speed: of one robot a minute, of an app or an interface a second, of an address
  { code: /^(130101|410100|660026)$/, class: 'rate', matter: 'tooFast', waitMs: MINUTE },
  { code: /\.QpsLimit/, class: 'rate', matter: 'tooFast', waitMs: SECOND },
  { code: /\.QpmLimit/, class: 'rate', matter: 'tooFast', waitMs: MINUTE },
  { code: /\.ApiCountLimitForOrg$/, class: 'config', matter: 'quota' },
  { code: /^(90018|90002|90020)$/, class: 'rate', matter: 'tooFast', waitMs: MINUTE },
  { code: /^send\.(byToken\.)?too\.?fast$/i, class: 'rate', matter: 'tooFast', waitMs: MINUTE },
  { code: 'staff-flow-controlled', class: 'rate', matter: 'tooFast', waitMs: MINUTE },
  { code: '1111', class: 'rate', matter: 'banned', waitMs: 5 * MINUTE },
  { code: 'http-429', class: 'rate', matter: 'tooFast', waitMs: MINUTE },

  // sessions: whatever is wrong with this one, there is another way
  { code: '300001', text: /message param/i, class: 'bug', matter: 'ours' },
  { code: '300001', text: /session/i, ways: SESSION, class: 'expired', matter: 'sessionOver' },
  { code: /^(300001|300005|400101|400102|400106)$/, ways: SESSION, class: 'expired', matter: 'sessionOver' },
  { code: 'session.expired', class: 'expired', matter: 'sessionOver' },
  { code: 'session-host', class: 'config', matter: 'sessionHost' },

  // the custom robot
  { code: 'no-robot', class: 'config', matter: 'noRobot' },
  { code: /^(300001|300005|400101|400106)$/, class: 'config', matter: 'robotToken' },
  { code: '40035', text: /access_token/, ways: ROBOT, class: 'config', matter: 'robotToken' },
  { code: /^(400102|bot\.stopped)$/, class: 'config', matter: 'botStopped' },
  // the newer words of a mismatch name the timestamp too
  { code: '310000', text: /sign not match|签名不匹配/i, class: 'config', matter: 'signature' },
  { code: '310000', text: /timestamp|时间戳|过期/i, class: 'config', matter: 'timestamp' },
  { code: '310000', text: /sign|签名|加签/i, class: 'config', matter: 'signature' },
  { code: '310000', text: /keyword|关键词/i, class: 'config', matter: 'keywords' },
  { code: '310000', text: /white ?list|白名单|\bip\b/i, class: 'config', matter: 'robotWhitelist' },
  { code: '310000', class: 'config', matter: 'robotSecurity' },

  // the app, its token and what it may
  { code: 'no-client', class: 'config', matter: 'noClient' },
  { code: /^(invalidClientIdOrSecret|authFailed|40089|40096)$/, class: 'config', matter: 'client' },
  { code: /^(InvalidAuthentication|40001|40014|42001)$/, class: 'config', matter: 'token' },
  { code: /AccessTokenPermissionDenied$/, class: 'config', matter: 'sendPermission' },
  { code: /IpNotInWhiteList$/i, class: 'config', matter: 'appWhitelist' },
  { code: /^(invalidParameter\.robotCode\.(auth|notExi?sts?|notExsit)|robot\.oto\.notExist)$/i, ...ROBOT_CODE },

  // where it goes
  { code: /^(400013|group\.disbanded|invalid\.openConversationId)$/, class: 'config', matter: 'notInGroup' },
  { code: /^(staffId\.notExisted|param\.userIdNotExist|staff-invalid)$/, class: 'config', matter: 'noSuchPerson' },

  // cards
  { code: 'no-template', class: 'config', matter: 'noTemplate' },
  { code: /^param\.(templateNotExist|templateUnpublished|cardTemplateIdEmpty)$/, class: 'config', matter: 'template' },
  { code: /^param\.(cardNotExist|stream\.outTrackId)$/, class: 'expired', matter: 'cardGone' },
  { code: 'deliver-failed', class: 'config', matter: 'notDelivered' },

  // what is said
  { code: /^(430101|430102|430103|430104|contain\.notAllowed\.text|param\.contentUnsafe)$/, ...CONTENT },
  { code: /^(460101|101002|body-too-long|http-413|param\.stream\.content)$/, class: 'too-long', matter: 'tooLong' },
  { code: 'invalidParameter.msgParam.tooLong', class: 'too-long', matter: 'tooLong' },

  // the platform's own trouble
  { code: /^(-1|system\.(busy|error)|systemError|unknownError|ServiceUnavailable)$/, class: 'busy', matter: 'busy' },

  // requests that should not have been made
  {
    code: /^(40035|43002|43004|400105|404|InvalidAction\.NotFound|too-many-people|no-people|internal)$/,
    ...OURS,
  },
  { code: 'AuthenticationFailed.MissingParameter', ...OURS },
  { code: /^(invalidParameter|miss|param)\./, ...OURS },

  // what a connection or something between says
  { code: 'closing', class: 'busy', matter: 'closing' },
  { code: /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/, class: 'config', matter: 'certificate' },
  { code: 'odd-answer', ways: TOKEN, class: 'busy', matter: 'wrongDoor' },
  { code: 'odd-answer', class: 'unknown', matter: 'oddAnswer' },
  { code: 'http-408', class: 'busy', matter: 'busy' },
  { code: /^(http-[34]|EPROTO$|ERR_INVALID_)/, class: 'config', matter: 'wrongDoor' },
  { code: /^http-5/, class: 'busy', matter: 'busy' },

  // codes of tomorrow: their words
  { text: /too (fast|frequent|many)|限流|频率|频繁|太快/i, class: 'rate', matter: 'tooFast', waitMs: MINUTE },
  { text: /too (long|large)|body 大小|过长|超长/i, class: 'too-long', matter: 'tooLong' },
  { text: /(system|server) (is )?busy|系统繁忙|稍后/i, class: 'busy', matter: 'busy' },
]

/** A code that nobody has heard of is never a success, and no reason to try the same way again. */
export const UNHEARD_OF: Refusal = { class: 'config', matter: 'unheardOf' }

/** What a new token mends. */
export const TOKEN_CODES: ReadonlySet<string> = new Set(['InvalidAuthentication', '40001', '40014', '42001'])
