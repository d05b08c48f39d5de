export {
  type Confirmation,
  confirmLink,
  type ReadConfirm,
  readConfirmationLink,
  askAgain,
  type AskResult,
  confirmAddress,
  findConfirmationTarget,
  type AddressAuthor,
  type ConfirmationTarget,
  findMailbox,
  type Mailbox,
  readUnsubscribeLink,
  unsubscribeMailbox,
  unsubscribeLink,
} from "./confirmation.ts";
export {
  type ChannelRef,
  type ChannelRow,
  type ChannelWithChecks,
  findChannel,
  listChannels,
} from "./find-channels.ts";
export {
  TooManyChannels,
  createChannel,
  type NewChannel,
  UnknownCheck,
  type ChannelEdit,
  editChannel,
  deleteChannel,
  restoreChannel,
  rewriteSettings,
} from "./write-channel.ts";
export {
  type DeliveryFilter,
  type DeliveryWithAttempts,
  type DeliveryRow,
  findDelivery,
  listDeliveries,
} from "../deliveries/list-deliveries.ts";
export { queueTest, testsWithinMinute } from "../deliveries/queue-tests.ts";
export { loadPushKeys, type PushKeys } from "./push-keys.ts";
export { settingsPlace } from "./settings.ts";
export { openSettings } from "./settings.ts";
