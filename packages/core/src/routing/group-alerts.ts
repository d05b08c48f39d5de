import { type Instant, MINUTE_MS, SECOND_MS } from "@overdue/schedules";

/**
 * An alert that waits for a channel. `since`: when it was written. `keys`: what it may share with other alerts, such as
 * "host db1". `isAsked`: the caller asks whether this alert may be sent now.
 */
export type WaitingAlert = { id: string; since: Instant; keys: readonly string[]; isAsked: boolean };

/** A recent message to the channel, with the keys of all alerts in it. */
export type RecentMessage = { at: Instant; keys: readonly string[] };

/** `messages`: to be sent now, each by its leader and including the others. `hold`: to be sent together at `until`. */
export type Grouping = {
  messages: { leaderId: string; otherIds: string[]; keys: string[] }[];
  hold: { ids: string[]; until: Instant }[];
};

/** How long after a message the next one about the same cause is sent, by how many there have been. */
const HOLD_SECONDS = [10, 15, 30, 60];
/** No alert waits longer than this, however many follow it meanwhile. */
const HOLD_SECONDS_MAX = 60;
/** More messages at once than this become one message, whether their alerts share a key or not. */
const AT_ONCE_MAX = 5;

/**
 * Decides which of the alerts that wait for one channel are sent as one message. The first alert of a cause goes at once.
 * Later alerts that share a key with it are collected: for 10 s, then for 15 s more, then 30 s, then a minute each time. An
 * alert that shares no key with another is never held, and none is held for longer than a minute.
 */
export function groupAlerts(
  waiting: readonly WaitingAlert[],
  recent: readonly RecentMessage[],
  now: Instant,
): Grouping {
  const grouping: Grouping = { messages: [], hold: [] };
  for (const { alerts, messages } of clusterAlerts(waiting, recent)) {
    const oldest = Math.min(...alerts.map(({ since }) => since));
    const until = Math.min(holdUntil(messages), oldest + HOLD_SECONDS_MAX * SECOND_MS);
    const leader = alerts.find(({ isAsked }) => isAsked);
    if (until > now) grouping.hold.push({ ids: alerts.map(({ id }) => id), until });
    else if (leader !== undefined) grouping.messages.push(buildMessage(leader, alerts));
  }
  return grouping.messages.length > AT_ONCE_MAX
    ? { ...grouping, messages: mergeMessages(grouping.messages) }
    : grouping;
}

function buildMessage(leader: WaitingAlert, alerts: readonly WaitingAlert[]): Grouping["messages"][number] {
  const otherIds = alerts.filter(({ id }) => id !== leader.id).map(({ id }) => id);
  return { leaderId: leader.id, otherIds, keys: mostShared(alerts) };
}

/** The keys that several of the alerts share, the most frequent first. */
function mostShared(alerts: readonly WaitingAlert[]): string[] {
  const counts = new Map<string, number>();
  for (const key of alerts.flatMap(({ keys }) => keys)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const shared = [...counts].filter(([, count]) => count > 1);
  return shared.toSorted(([, one], [, other]) => other - one).map(([key]) => key);
}

function holdUntil(messages: readonly RecentMessage[]): Instant {
  if (messages.length === 0) return Number.NEGATIVE_INFINITY;
  const seconds = HOLD_SECONDS[messages.length - 1] ?? HOLD_SECONDS.at(-1) ?? 0;
  return Math.max(...messages.map(({ at }) => at)) + seconds * SECOND_MS;
}

function mergeMessages(messages: Grouping["messages"]): Grouping["messages"] {
  const [first, ...others] = messages;
  if (first === undefined) return [];
  const otherIds = others.flatMap(({ leaderId, otherIds: ids }) => [leaderId, ...ids]);
  return [{ leaderId: first.leaderId, otherIds: [...first.otherIds, ...otherIds], keys: [] }];
}

type Cluster = { alerts: WaitingAlert[]; messages: RecentMessage[] };

/** Groups of alerts and messages that shared keys connect, directly or through others, in the order of the alerts. */
function clusterAlerts(waiting: readonly WaitingAlert[], recent: readonly RecentMessage[]): Cluster[] {
  const parent = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let next = parent.get(root); next !== undefined; next = parent.get(root)) root = next;
    return root;
  };
  const nameOf = (one: WaitingAlert | RecentMessage, index: number) => one.keys[0] ?? `alone ${index}`;
  for (const { keys } of [...waiting, ...recent]) {
    const [first, ...others] = keys;
    if (first === undefined) continue;
    for (const key of others) if (rootOf(key) !== rootOf(first)) parent.set(rootOf(key), rootOf(first));
  }
  const clusters = new Map<string, Cluster>();
  waiting.forEach((alert, index) => {
    const root = rootOf(nameOf(alert, index));
    const cluster = clusters.get(root) ?? { alerts: [], messages: [] };
    cluster.alerts.push(alert);
    clusters.set(root, cluster);
  });
  for (const message of recent) clusters.get(rootOf(nameOf(message, -1)))?.messages.push(message);
  return [...clusters.values()];
}

/** The first messages within an hour are sent at once. */
const IMMEDIATE_MAX = 6;
/** Up to this many within an hour, messages are a minute apart; after that `LONG_GAP_MS`. */
const MINUTELY_MAX = 20;
const LONG_GAP_MS = 5 * MINUTE_MS;
/** Jobs that end at the same time share one message. */
const SHORT_GAP_MS = 2 * SECOND_MS;

/**
 * Decides when the runs and notices that wait for one channel are sent, all as one message. `sentAt`: when such messages
 * were sent within the last hour. A run of a nightly job is sent at once; runs of a job that runs each second are counted
 * in a message every few minutes.
 */
export function groupInformational(
  waiting: readonly Pick<WaitingAlert, "id" | "isAsked">[],
  sentAt: readonly Instant[],
  now: Instant,
): Grouping {
  const ids = waiting.map(({ id }) => id);
  const until = nextMessageAt(sentAt);
  if (until > now) return { messages: [], hold: [{ ids, until }] };
  const leaderId = waiting.find(({ isAsked }) => isAsked)?.id;
  if (leaderId === undefined) return { messages: [], hold: [] };
  return { messages: [{ leaderId, otherIds: ids.filter((id) => id !== leaderId), keys: [] }], hold: [] };
}

function nextMessageAt(sentAt: readonly Instant[]): Instant {
  const last = Math.max(Number.NEGATIVE_INFINITY, ...sentAt);
  if (sentAt.length < IMMEDIATE_MAX) return last + SHORT_GAP_MS;
  return last + (sentAt.length < MINUTELY_MAX ? MINUTE_MS : LONG_GAP_MS);
}
