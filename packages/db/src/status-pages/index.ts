export * from "./pages.ts";
export {
  addStatusUpdate,
  createStatusPost,
  deleteStatusPost,
  deleteStatusUpdate,
  editStatusUpdate,
  findStatusPost,
  listStatusPosts,
  type NewStatusPost,
  type NewStatusUpdate,
  OnlyUpdate,
  restoreStatusPost,
  restoreStatusUpdate,
  type StatusPostRef,
  type StatusPostRow,
  type StatusUpdateRef,
  UnknownOnPage,
} from "./posts.ts";
export { isPageTicket, type LoadedStatusPage, loadStatusPage, signPageTicket } from "./public-page.ts";
export * from "./status-mails.ts";
export {
  confirmSubscription,
  confirmSubscriptionLink,
  endSubscription,
  endSubscriptionLink,
  findLinkedSubscription,
  listSubscribers,
  removeSubscriber,
  subscribe,
  type SubscriberRef,
  type SubscriberRow,
  type Subscription,
} from "./subscribers.ts";
