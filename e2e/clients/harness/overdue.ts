import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { emptyDataDirectory, startProduct } from "../../support/product.ts";
import { freePort } from "../../support/steps.ts";
import { type Front, openFront } from "./front.ts";

/** A check, with the ping URL that a client gets. */
type Check = { id: string; uuid: string; pingUrl: string };

/** The product as `npm start` starts it, with a project and its keys. */
export type Overdue = {
  origin: string;
  /** `host:port` of `origin`. */
  address: string;
  keys: { write: string; read: string; ping: string };
  /** An environment in which requests to healthchecks.io, hc-ping.com and cronitor.link, also by TLS, go to this product. */
  asHealthchecks: Front["env"];
  /** Creates a folder that is removed at the end. */
  folder(): Promise<string>;
  /** `settings`: an hourly schedule unless given. */
  addCheck(settings?: object): Promise<Check>;
  /** A check with this slug, for clients that name it by that. */
  addSlug(slug: string): Promise<{ slug: string; check: Check }>;
  addChannel(name: string): Promise<void>;
  /** @throws if no check has that name */
  checkNamed(name: string): Promise<Check>;
  /** The pings and runs of a check in one line: `start, fail 3 "no space"; run fail 3`. */
  seen(check: Pick<Check, "id">): Promise<string>;
  /** The project below `/v1`, for what the others do not show. */
  projectUrl: string;
  /** A field of a check, as `/v1` shows it. */
  field(check: Check, name: string): Promise<string>;
  stop(): Promise<void>;
};

/** What a client of Sentry is given. */
export function dsnOf({ address, keys }: Overdue, key = keys.ping): string {
  return `http://${key}@${address}/1`;
}

const KEYS = {
  write: "hcw_clientsClients0123456789abcd",
  read: "hcr_clientsClients0123456789abcd",
  ping: "clients0ping0key000001",
};
const HOURLY = { schedule: { kind: "cron", expression: "0 * * * *", timezone: "UTC" }, graceSeconds: 3_600 };

type Ping = { number: number; kind: string; exitStatus: number | null; bodyBytes: number };
type Run = { outcome: string; exitStatus: number | null };
type Shown = { id: string; name: string; pingUrl: string };

function environmentAt(port: number): Record<string, string> {
  return {
    PORT: String(port),
    // With this the product ends when the process that started it ends, even if that is killed.
    npm_lifecycle_event: "start",
    // Ping URLs are shown with the first host. Many clients have one of the others built in.
    PING_HOST: `localhost:${port},hc-ping.com,cronitor.link`,
    BOOTSTRAP_EMAIL: "ops@example.org",
    BOOTSTRAP_PASSWORD: "clients are real here",
    BOOTSTRAP_API_KEY: KEYS.write,
    BOOTSTRAP_READONLY_KEY: KEYS.read,
    BOOTSTRAP_PING_KEY: KEYS.ping,
    API_RATE_LIMIT: "0",
  };
}

export async function startOverdue(): Promise<Overdue> {
  const directory = await emptyDataDirectory();
  const folders: string[] = [];
  const port = await freePort();
  const product = await startProduct(directory.path, environmentAt(port));
  const front = await openFront(port);
  const get = <Answer>(path: string) => call<Answer>("GET", product.origin + path);
  const post = <Answer>(path: string, body: object) => call<Answer>("POST", product.origin + path, body);
  const { items } = await get<{ items: { id: string }[] }>("/v1/projects");
  const project = `/v1/projects/${items[0]?.id ?? ""}`;
  let count = 0;
  return {
    origin: product.origin,
    address: `127.0.0.1:${port}`,
    keys: KEYS,
    asHealthchecks: front.env,
    folder: async () => {
      const path = await mkdtemp(join(tmpdir(), "overdue-client-"));
      folders.push(path);
      return path;
    },
    addCheck: async (settings = HOURLY) =>
      checkOf(
        await post<Shown>(`${project}/checks`, { ...settings, name: `job ${++count}` }),
        product.origin,
      ),
    addSlug: async (slug) => {
      const check = await post<Shown>(`${project}/checks`, { ...HOURLY, name: slug, slug });
      return { slug, check: checkOf(check, product.origin) };
    },
    addChannel: async (name) => {
      const settings = { url: `${product.origin}/health/live` };
      await post(`${project}/channels`, { kind: "webhook", name, settings, checkIds: [] });
    },
    checkNamed: async (name) => {
      const all = await get<{ items: Shown[] }>(`${project}/checks?limit=100`);
      const found = all.items.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no check is named ${name}`);
      return checkOf(found, product.origin);
    },
    seen: (check) => storedText(`${product.origin}${project}/checks/${check.id}`),
    projectUrl: product.origin + project,
    field: async (check, name) =>
      JSON.stringify((await get<Record<string, unknown>>(`${project}/checks/${check.id}`))[name]),
    stop: async () => {
      await front.close();
      await product.stop();
      await Promise.all([directory.remove(), ...folders.map((one) => rm(one, { recursive: true }))]);
    },
  };
}

function checkOf({ id, pingUrl }: Shown, origin: string): Check {
  const uuid = pingUrl.split("/").at(-1) ?? "";
  return { id, uuid, pingUrl: `${origin}/ping/${uuid}` };
}

async function storedText(url: string): Promise<string> {
  const { items: pings } = await call<{ items: Ping[] }>("GET", `${url}/pings?limit=100`);
  const { items: runs } = await call<{ items: Run[] }>("GET", `${url}/runs?limit=100`);
  const texts: string[] = [];
  for (const ping of pings.toReversed()) {
    const bodyUrl = `${url}/pings/${ping.number}/body`;
    const body = ping.bodyBytes === 0 ? "" : await (await fetch(bodyUrl, { headers: HEADERS })).text();
    texts.push(`${withStatus(ping.kind, ping.exitStatus)}${bodyText(body)}`);
  }
  if (texts.length === 0) return "nothing";
  // Without starts, the runs add nothing to the pings.
  if (!pings.some(({ kind }) => kind === "start")) return texts.join(", ");
  const ended = runs.toReversed().map(({ outcome, exitStatus }) => withStatus(outcome, exitStatus));
  return `${texts.join(", ")}${ended.map((run) => `; run ${run}`).join("")}`;
}

function withStatus(word: string, status: number | null): string {
  return status === null ? word : `${word} ${status}`;
}

function bodyText(body: string): string {
  if (body === "") return "";
  return body.length <= 80 ? ` ${JSON.stringify(body)}` : ` (${Buffer.byteLength(body)} bytes)`;
}

const HEADERS = { "x-api-key": KEYS.write, "content-type": "application/json" };

async function call<Answer>(method: string, url: string, body?: object): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: HEADERS,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return JSON.parse(text) as Answer;
}
