export * from "./pages.ts";
export {
  addStatusUpdate,
  createStatusPost,
  deleteStatusPost,
  findStatusPost,
  listStatusPosts,
  type NewStatusPost,
  type NewStatusUpdate,
  restoreStatusPost,
  type StatusPostRef,
  type StatusPostRow,
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
