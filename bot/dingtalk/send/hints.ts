// what an operator can do about a refusal, in the two languages

type Hint = { readonly en: string; readonly zh: string }

/** By the matter that a row of refusals names. */
export const HINTS = {
  noAnswer: {
    en: 'DingTalk did not answer; the message may have arrived',
    zh: '钉钉没有应答，消息可能已送达',
  },
  unreachable: {
    en: 'DingTalk cannot be reached: allow api.dingtalk.com and oapi.dingtalk.com outbound, or check DINGTALK_API_BASE and DINGTALK_OAPI_BASE',
    zh: '连不上钉钉：请放行 api.dingtalk.com 和 oapi.dingtalk.com，或检查 DINGTALK_API_BASE、DINGTALK_OAPI_BASE',
  },
  certificate: {
    en: 'the certificate presented for DingTalk is not trusted: behind a TLS proxy set NODE_EXTRA_CA_CERTS',
    zh: '钉钉的证书不受信任：经过 TLS 代理时请设置 NODE_EXTRA_CA_CERTS',
  },
  closing: { en: 'the daemon is stopping', zh: '服务正在停止' },
  oddAnswer: {
    en: 'the answer is none of DingTalk; the message may have arrived',
    zh: '收到的不是钉钉的应答，消息可能已送达',
  },
  wrongDoor: {
    en: 'what answered is not DingTalk: check DINGTALK_API_BASE, DINGTALK_OAPI_BASE and proxies',
    zh: '应答的不是钉钉：请检查 DINGTALK_API_BASE、DINGTALK_OAPI_BASE 和代理',
  },
  busy: { en: 'DingTalk is busy', zh: '钉钉系统繁忙' },
  tooFast: { en: 'too many messages: DingTalk limits the speed', zh: '发送太快，被钉钉限流' },
  banned: {
    en: 'DingTalk bars this IP address for about 5 minutes: too many requests',
    zh: '请求过多，钉钉暂时封禁了本机 IP（约 5 分钟）',
  },
  quota: {
    en: "the organisation's monthly quota is used up: buy more, or wait for the next month",
    zh: '企业本月的钉钉调用额度已用完：请扩容或等到下月',
  },
  sessionOver: { en: 'the session of this conversation is over', zh: '本会话的临时地址已失效' },
  sessionHost: {
    en: 'the session URL is not at DingTalk and is not called',
    zh: '会话地址不是钉钉的域名，未发送',
  },
  cardGone: { en: 'there is no such card any more', zh: '卡片已不存在' },
  client: {
    en: 'client id or secret is wrong: check DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET',
    zh: '应用凭证不对：请检查 DINGTALK_CLIENT_ID 和 DINGTALK_CLIENT_SECRET',
  },
  noClient: {
    en: 'DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET are not set',
    zh: '未设置 DINGTALK_CLIENT_ID 和 DINGTALK_CLIENT_SECRET',
  },
  token: {
    en: 'DingTalk does not accept the access token that it gave: check DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET and DINGTALK_API_BASE',
    zh: '钉钉不认刚发的访问凭证：请检查 DINGTALK_CLIENT_ID、DINGTALK_CLIENT_SECRET、DINGTALK_API_BASE',
  },
  sendPermission: {
    en: 'the app lacks a permission: grant qyapi_robot_sendmsg (and Card.Instance.Write for cards) in the developer console, then publish',
    zh: '应用缺少权限：请在开发者后台开通“企业内机器人发送消息权限”（卡片还需 Card.Instance.Write）并发布',
  },
  appWhitelist: {
    en: "this machine's public IP is not in the app's white list: add it in the developer console",
    zh: '出口 IP 不在应用的白名单中：请在开发者后台添加',
  },
  robotCode: {
    en: 'the robot code does not belong to this app: check DINGTALK_ROBOT_CODE',
    zh: '机器人编码与应用不符：请检查 DINGTALK_ROBOT_CODE',
  },
  notInGroup: {
    en: 'the group is gone, or the robot is not in it: add the robot to the group',
    zh: '群已解散，或机器人不在群里：请把机器人加进群',
  },
  botStopped: { en: 'the robot is stopped: enable it in DingTalk', zh: '机器人已停用：请在钉钉中启用' },
  noSuchPerson: {
    en: 'this person is unknown to the company or cannot use the robot: check the staffId and who may use the app',
    zh: '查无此人，或不在应用可见范围内：请检查 staffId 和应用可见范围',
  },
  noRobot: { en: 'GOOSEFS_DINGTALK_ALERT_TOKEN is not set', zh: '未设置 GOOSEFS_DINGTALK_ALERT_TOKEN' },
  robotToken: {
    en: 'the custom robot is unknown: set GOOSEFS_DINGTALK_ALERT_TOKEN to what follows access_token= in its webhook',
    zh: '自定义机器人不存在：GOOSEFS_DINGTALK_ALERT_TOKEN 应填 Webhook 中 access_token= 后面的部分',
  },
  signature: {
    en: "the signature does not match: set GOOSEFS_DINGTALK_ALERT_SECRET to the robot's signing secret (SEC…)",
    zh: '加签密钥不对：请把 GOOSEFS_DINGTALK_ALERT_SECRET 设为机器人的加签密钥（SEC 开头）',
  },
  timestamp: {
    en: 'the signature has no valid time: set GOOSEFS_DINGTALK_ALERT_SECRET, and set the clock of this machine right',
    zh: '加签时间无效：请设置 GOOSEFS_DINGTALK_ALERT_SECRET，并校准本机时间',
  },
  keywords: {
    en: 'no keyword of the robot is in the message: add 通知 and 告警 to its keywords, or use signing instead',
    zh: '消息不含机器人的关键词：请在机器人设置中加上“通知”和“告警”，或改用加签',
  },
  robotWhitelist: {
    en: "this machine's public IP is not in the robot's list: add it in the robot's settings",
    zh: '出口 IP 不在机器人的 IP 段中：请在机器人设置中添加',
  },
  robotSecurity: {
    en: "the robot's security settings refuse the message: check keywords, signing and IP list",
    zh: '被机器人的安全设置拒绝：请检查关键词、加签和 IP 段',
  },
  noTemplate: { en: 'DINGTALK_CARD_TEMPLATE_ID is not set', zh: '未设置 DINGTALK_CARD_TEMPLATE_ID' },
  template: {
    en: 'the card template is unknown or not published: check DINGTALK_CARD_TEMPLATE_ID and publish the template',
    zh: '卡片模板不存在或未发布：请检查 DINGTALK_CARD_TEMPLATE_ID 并发布模板',
  },
  notDelivered: {
    en: 'DingTalk made the card but did not deliver it: check that the robot is in the group',
    zh: '卡片未投递成功：请检查机器人是否在群里',
  },
  content: { en: 'DingTalk does not allow this content', zh: '内容未通过钉钉的安全检查' },
  tooLong: { en: 'the message is too long', zh: '消息过长' },
  ours: { en: 'DingTalk did not understand the request: a mistake of this program', zh: '钉钉不认这个请求：程序有误' },
  unheardOf: { en: 'DingTalk refused with a code that is not known here', zh: '钉钉拒绝了请求，错误码未知' },
} as const satisfies Readonly<Record<string, Hint>>

export type Matter = keyof typeof HINTS
