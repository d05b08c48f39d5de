export { type Confirming, confirmLink, type ReadConfirm, readConfirm } from "./confirm-link.ts";
export {
  askAgain,
  type Asked,
  confirmAddress,
  findQuestioned,
  type NamedBy,
  type Questioned,
} from "./confirmation.ts";
export { noteUnreadable } from "./unreadable.ts";
export { TooManyChannels } from "./channels-max.ts";
export { createChannel, type NewChannel, UnknownCheck } from "./create-channel.ts";
export { deleteChannel, restoreChannel } from "./delete-channel.ts";
export { type ChannelEdit, editChannel } from "./edit-channel.ts";
export { type ChannelRef, type ChannelRow, type ChannelWithChecks, findChannel } from "./find-channel.ts";
export { listChannels } from "./list-channels.ts";
export {
  type DeliveryFilter,
  type DeliveryWithAttempts,
  findDelivery,
  listDeliveries,
} from "./list-deliveries.ts";
export { queueTest, testsWithinMinute } from "./queue-test.ts";
export { findMailbox, type Mailbox, readUnsubscribe, stopMailbox, unsubscribeLink } from "./unsubscribe.ts";
