import { setTimeout as wait } from "node:timers/promises";

/** A running product that contains one of everything, and the ids of these. */
export type SeededProduct = {
  origin: string;
  cookie: string;
  writeKey: string;
  readKey: string;
  /** By the name of the path parameter. */
  ids: Record<string, string>;
  /** The requests delete and restore these. */
  deletable: Record<"projectId" | "checkId" | "channelId", string>;
  pingUuid: string;
};

type Account = { BOOTSTRAP_EMAIL: string; BOOTSTRAP_PASSWORD: string };
type Made = {
  id: string;
  key: string;
  pingUrl: string;
  deliveryId: string;
  items: { id: string }[];
  userId: string;
};
const SCHEDULE = { schedule: { kind: "cron", expression: "*/5 * * * *", timezone: "Europe/Paris" } };
const HOOK = { kind: "webhook", settings: { url: "https://example.org/hook" } };

/** Fills a new product through its own API. */
export async function seedProduct(origin: string, account: Account): Promise<SeededProduct> {
  const { cookie, userId } = await signIn(origin, account);
  const call = caller(origin, cookie);
  const projectId = (await call("POST", "/v1/projects", { name: "contract" })).id;
  const path = `/v1/projects/${projectId}`;
  const key = async (scope: string) => await call("POST", `${path}/keys`, { name: scope, scope });
  const [write, read, spare] = [await key("write"), await key("read"), await key("ping")];
  const channel = await call("POST", `${path}/channels`, { ...HOOK, name: "ops" });
  const check = await call("POST", `${path}/checks`, {
    ...SCHEDULE,
    name: "backup",
    slug: "backup",
    tags: ["db"],
  });
  const { deliveryId } = await call("POST", `${path}/channels/${channel.id}/test`);
  await recordHistory(check.pingUrl);
  const incidents = await waitForItems(() => call("GET", `${path}/checks/${check.id}/incidents`));
  return {
    origin,
    cookie,
    writeKey: write.key,
    readKey: read.key,
    ids: {
      projectId,
      checkId: check.id,
      channelId: channel.id,
      keyId: spare.id,
      userId,
      deliveryId,
      ...(await routing(path, channel.id, call)),
      incidentId: incidents[0]?.id ?? "",
    },
    deletable: {
      projectId: (await call("POST", "/v1/projects", { name: "deletable" })).id,
      checkId: (await call("POST", `${path}/checks`, { ...SCHEDULE, name: "deletable" })).id,
      channelId: (await call("POST", `${path}/channels`, { ...HOOK, name: "deletable" })).id,
    },
    pingUuid: check.pingUrl.split("/").at(-1) ?? "",
  };
}

type Call = ReturnType<typeof caller>;

async function routing(path: string, channelId: string, call: Call): Promise<Record<string, string>> {
  const make = async (list: string, input: object) => (await call("POST", `${path}/${list}`, input)).id;
  const personId = await make("people", { name: "Anna", channelIds: [channelId] });
  const turns = { timezone: "UTC", every: "week", startsOn: "2026-11-23", handOverAt: "09:00" };
  const rotationId = await make("rotations", { name: "on call", ...turns, personIds: [personId] });
  const steps = [{ afterMinutes: 0, targets: [{ kind: "person", personId }] }];
  return { personId, rotationId, routeId: await make("routes", { name: "all", steps }) };
}

async function signIn(origin: string, { BOOTSTRAP_EMAIL: email, BOOTSTRAP_PASSWORD: password }: Account) {
  const response = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify({ email, password }),
  });
  const { userId } = (await response.json()) as Made;
  const cookie = response.headers.getSetCookie().map((text) => text.split(";")[0]);
  return { cookie: cookie.join("; "), userId };
}

function caller(origin: string, cookie: string) {
  return async (method: string, path: string, json?: object): Promise<Made> => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { cookie, origin, ...(json && { "content-type": "application/json" }) },
      ...(json && { body: JSON.stringify(json) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as Made;
  };
}

/** Records pings of every kind, which give runs, flips and an open incident. */
async function recordHistory(pingUrl: string): Promise<void> {
  const rid = "0190f3c4-0000-7000-8000-000000000001";
  for (const end of [`/start?rid=${rid}`, `?rid=${rid}`, "/log", "/start", "/1"])
    await fetch(`${pingUrl}${end}`, { method: "POST", body: "the output of a job" });
}

async function waitForItems(list: () => Promise<Made>): Promise<{ id: string }[]> {
  for (let looks = 0; looks < 50; looks += 1) {
    const { items } = await list();
    if (items.length > 0) return items;
    await wait(100);
  }
  throw new Error("The failed ping opened no incident.");
}
