import { setTimeout as wait } from "node:timers/promises";

import { emptyDataDirectory, startProduct } from "../support/product.ts";

/** The fields of a delivery in the API that the steps use. */
export type Delivery = {
  id: string;
  kind: string;
  state: "pending" | "sending" | "retry" | "sent" | "failed" | "superseded";
  channelId: string;
  checkId: string | null;
  uncertain: boolean;
  lastError: string | null;
  nextAttemptAt: string;
  fallbackFor: string | null;
  attempts: { outcome: string; statusCode: number | null; answer: string | null }[];
};
export type Channel = { id: string; brokenAt: string | null; brokenBecause: string | null };
type Check = { id: string; pingUrl: string; pingEmail?: string | null; name: string };

/** The product as `npm start` starts it, with a project of its own. */
export type Overdue = {
  origin: string;
  /** The deliveries of a channel, newest first. */
  deliveries(channelId: string): Promise<Delivery[]>;
  addChannel(kind: string, settings: object): Promise<Channel>;
  changeChannel(id: string, change: object): Promise<void>;
  channel(id: string): Promise<Channel>;
  /** Creates a check that notifies the given channels. */
  addCheck(name: string, channelIds: readonly string[]): Promise<Check>;
  check(id: string): Promise<Check & { nPings?: number; pings?: number }>;
  pings(checkId: string): Promise<{ kind: string }[]>;
  fail(check: Check, body?: string): Promise<void>;
  succeed(check: Check): Promise<void>;
  /** Sends a test as a person would. Returns the id of the delivery, or null if the test is refused. */
  test(channelId: string): Promise<string | null>;
  /** Waits for a delivery of a channel that fits. */
  until(channelId: string, what: (delivery: Delivery) => boolean, withinMs?: number): Promise<Delivery>;
  stop(): Promise<void>;
};

const ACCOUNT = {
  BOOTSTRAP_EMAIL: "ops@example.org",
  BOOTSTRAP_PASSWORD: "servers are real here",
  BOOTSTRAP_API_KEY: "servers-key-0123456789",
};
const HOURLY = { schedule: { kind: "cron", expression: "0 * * * *", timezone: "UTC" }, graceSeconds: 3_600 };

export async function startOverdue(variables: Record<string, string>): Promise<Overdue> {
  const directory = await emptyDataDirectory();
  const product = await startProduct(directory.path, {
    ...ACCOUNT,
    ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8",
    EMAIL_VERIFICATION: "off",
    API_RATE_LIMIT: "0",
    ...variables,
  });
  const call = caller(product.origin);
  const { items } = await call<{ items: { id: string }[] }>("GET", "/v1/projects");
  const path = `/v1/projects/${items[0]?.id ?? ""}`;
  const deliveries = async (channelId: string) =>
    (await call<{ items: Delivery[] }>("GET", `${path}/deliveries?channelId=${channelId}&limit=100`)).items;
  const ping = async (url: string, body = "") => {
    await fetch(url, { method: "POST", body });
  };
  return {
    origin: product.origin,
    deliveries,
    addChannel: (kind, settings) =>
      call("POST", `${path}/channels`, { kind, name: `${kind} ${Date.now()}`, settings, checkIds: [] }),
    changeChannel: async (id, change) => void (await call("PATCH", `${path}/channels/${id}`, change)),
    channel: (id) => call("GET", `${path}/channels/${id}`),
    addCheck: (name, channelIds) => call("POST", `${path}/checks`, { ...HOURLY, name, channelIds }),
    check: (id) => call("GET", `${path}/checks/${id}`),
    pings: async (id) =>
      (await call<{ items: { kind: string }[] }>("GET", `${path}/checks/${id}/pings`)).items,
    fail: ({ pingUrl }, body) => ping(`${pingUrl}/fail`, body),
    succeed: ({ pingUrl }) => ping(pingUrl),
    test: async (id) => {
      const answer = await call<{ deliveryId?: string }>("POST", `${path}/channels/${id}/test`);
      return answer.deliveryId ?? null;
    },
    until: (channelId, what, withinMs = 60_000) => until(() => deliveries(channelId), what, withinMs),
    stop: async () => {
      await product.stop();
      await directory.remove();
    },
  };
}

async function until(
  read: () => Promise<Delivery[]>,
  what: (delivery: Delivery) => boolean,
  withinMs: number,
): Promise<Delivery> {
  const end = Date.now() + withinMs;
  for (;;) {
    const all = await read();
    const found = all.find(what);
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`No delivery fits; the newest: ${deliveryText(all[0])}`);
    await wait(250);
  }
}

/** The state of a delivery in one line: "down sent, 1 tries, 250 OK". */
export function deliveryText(delivery: Delivery | undefined): string {
  if (delivery === undefined) return "no delivery";
  const last = delivery.attempts.at(-1);
  const answer =
    last === undefined ? (delivery.lastError ?? "") : `${last.statusCode ?? "-"} ${last.answer ?? ""}`;
  return `${delivery.kind} ${delivery.state}, ${delivery.attempts.length} tries, ${answer}`.slice(0, 160);
}

function caller(origin: string) {
  return async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(origin + path, {
      method,
      headers: { "x-api-key": ACCOUNT.BOOTSTRAP_API_KEY, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok && response.status !== 409)
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as Answer;
  };
}
