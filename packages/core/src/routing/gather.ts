import { type Instant, SECOND_MS } from "@overdue/schedules";

/** An alert that waits for a channel, since then. `keys`: what it may share with others, such as "host db1". */
export type WaitingAlert = { id: string; since: Instant; keys: readonly string[]; isAsked: boolean };

/** A message that the channel got lately, with the keys of all that it told. */
export type RecentMessage = { at: Instant; keys: readonly string[] };

/** `messages`: to be sent now, each by its lead, telling the others too. `hold`: to come together a little later. */
export type Gathered = {
  messages: { leadId: string; otherIds: string[]; keys: string[] }[];
  hold: { ids: string[]; until: Instant }[];
};

/** How long after a message the next one about the same trouble comes, by how many there were already. */
const HOLD_SECONDS = [10, 15, 30, 60];
/** However troubles run into one another meanwhile, nothing waits for longer. */
const HELD_SECONDS_MAX = 60;
/** More lone alerts than this at once are one message, whether they share anything or not. */
const AT_ONCE_MAX = 5;

/**
 * Which of the alerts that wait for one channel go together. The first of a trouble goes at once, whatever comes after
 * it and shares a key with it is collected: after 10 s, 15 s more, then 30 s and each minute. An alert that shares
 * nothing with any other is never held, and none for longer than a minute.
 */
export function gatherAlerts(
  waiting: readonly WaitingAlert[],
  recent: readonly RecentMessage[],
  now: Instant,
): Gathered {
  const gathered: Gathered = { messages: [], hold: [] };
  for (const { alerts, messages } of clustersOf(waiting, recent)) {
    const oldest = Math.min(...alerts.map(({ since }) => since));
    const until = Math.min(heldUntil(messages), oldest + HELD_SECONDS_MAX * SECOND_MS);
    const lead = alerts.find(({ isAsked }) => isAsked);
    if (until > now) gathered.hold.push({ ids: alerts.map(({ id }) => id), until });
    else if (lead !== undefined) gathered.messages.push(messageOf(lead, alerts));
  }
  return gathered.messages.length > AT_ONCE_MAX
    ? { ...gathered, messages: asOne(gathered.messages) }
    : gathered;
}

function messageOf(lead: WaitingAlert, alerts: readonly WaitingAlert[]): Gathered["messages"][number] {
  const otherIds = alerts.filter(({ id }) => id !== lead.id).map(({ id }) => id);
  return { leadId: lead.id, otherIds, keys: mostShared(alerts) };
}

/** What most of them share, most first; nothing that only one has. */
function mostShared(alerts: readonly WaitingAlert[]): string[] {
  const counts = new Map<string, number>();
  for (const key of alerts.flatMap(({ keys }) => keys)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const shared = [...counts].filter(([, count]) => count > 1);
  return shared.toSorted(([, one], [, other]) => other - one).map(([key]) => key);
}

function heldUntil(messages: readonly RecentMessage[]): Instant {
  if (messages.length === 0) return Number.NEGATIVE_INFINITY;
  const seconds = HOLD_SECONDS[messages.length - 1] ?? HOLD_SECONDS.at(-1) ?? 0;
  return Math.max(...messages.map(({ at }) => at)) + seconds * SECOND_MS;
}

function asOne(messages: Gathered["messages"]): Gathered["messages"] {
  const [first, ...others] = messages;
  if (first === undefined) return [];
  const otherIds = others.flatMap(({ leadId, otherIds: ids }) => [leadId, ...ids]);
  return [{ leadId: first.leadId, otherIds: [...first.otherIds, ...otherIds], keys: [] }];
}

type Cluster = { alerts: WaitingAlert[]; messages: RecentMessage[] };

/** Alerts and messages that hang together by keys, at whatever remove, in the order in which they wait. */
function clustersOf(waiting: readonly WaitingAlert[], recent: readonly RecentMessage[]): Cluster[] {
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
