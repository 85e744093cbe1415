// the body that makes a card and delivers it, in one call
import type { CardOpening } from '../../../shared/chat.ts'

type CardFrom = { readonly cardTemplateId: string; readonly robotCode: string | undefined }

/** For `POST /v1.0/card/instances/createAndDeliver`. Clicks come back over the stream; their people are named by staffId. */
export function toCardBody(
  card: CardOpening,
  { cardTemplateId, robotCode }: CardFrom,
): Readonly<Record<string, unknown>> {
  const { outTrackId, place, variables, lastMessage, mentions } = card
  const space = {
    supportForward: true,
    lastMessageI18n: { ZH_CN: lastMessage },
    notification: { alertContent: lastMessage, notificationOff: false },
  }
  const where =
    place.kind === 'group'
      ? {
          openSpaceId: `dtv1.card//IM_GROUP.${place.conversationId}`,
          imGroupOpenSpaceModel: space,
          imGroupOpenDeliverModel: { robotCode, ...(mentions !== undefined && { atUserIds: mentions }) },
        }
      : {
          openSpaceId: `dtv1.card//IM_ROBOT.${place.staffId}`,
          imRobotOpenSpaceModel: space,
          imRobotOpenDeliverModel: { spaceType: 'IM_ROBOT', robotCode },
        }
  const cardData = { cardParamMap: variables }
  return { cardTemplateId, outTrackId, callbackType: 'STREAM', userIdType: 1, cardData, ...where }
}
