export {
  type Confirming,
  confirmLink,
  type ReadConfirm,
  readConfirm,
  askAgain,
  type Asked,
  confirmAddress,
  findQuestioned,
  type NamedBy,
  type Questioned,
} from "./confirmation.ts";
export {
  noteUnreadable,
  type ChannelRef,
  type ChannelRow,
  type ChannelWithChecks,
  findChannel,
  listChannels,
} from "./find-channels.ts";
export { TooManyChannels, createChannel, type NewChannel, UnknownCheck } from "./create-channel.ts";
export { deleteChannel, restoreChannel } from "./delete-channel.ts";
export { type ChannelEdit, editChannel } from "./edit-channel.ts";
export {
  type DeliveryFilter,
  type DeliveryWithAttempts,
  findDelivery,
  listDeliveries,
  queueTest,
  testsWithinMinute,
} from "./list-deliveries.ts";
export { findMailbox, type Mailbox, readUnsubscribe, stopMailbox, unsubscribeLink } from "./unsubscribe.ts";
