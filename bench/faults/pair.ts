import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { findPostmaster, freePort } from "@overdue/postgres";
import { startFakeSmtp } from "@overdue/testkit";

import { type DataDisk, makeDataDisk } from "../chaos/disk.ts";
import { type Instance, startInstance } from "../chaos/instance.ts";

const API_KEY = "faults-key-0123456789abcdef0123456789abcd";
const PING_KEY = "faults-ping-key-012345";
const OTHER = "the-other";
const WAIT_MS_MAX = 300_000;

/** Two instances, each of which sends its heartbeat to a check of the other. */
export type Pair = {
  watched: Instance;
  other: Instance;
  /** Where the data of the watched one is; null where this user may not mount a file system. */
  disk: DataDisk | null;
  /** The process of the watched one's PostgreSQL. */
  postgres: () => number | null;
  /** When mails to its operators, and alerts of the other one's check, arrived; by `performance.now()`. */
  mails: { at: number; subject: string }[];
  alerts: { at: number; from: "watched" | "other"; type: string }[];
  bothWatchEachOther: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Starts both, with a mail server and a receiver of webhooks. */
export async function startPair(home: string): Promise<Pair> {
  const mails: Pair["mails"] = [];
  const alerts: Pair["alerts"] = [];
  const smtp = await startFakeSmtp();
  const hooks = await startHooks(alerts);
  const disk = makeDataDisk(join(home, "disk"));
  const dataDirectory = join(disk?.path ?? home, "data");
  const [watchedPort, otherPort] = [await freePort(), await freePort()];
  const start = (directory: string, port: number, heartbeatTo: number) =>
    startInstance({
      source: join(import.meta.dirname, "../.."),
      dataDirectory: directory,
      port,
      environment: {
        SMTP_URL: smtp.url,
        MAIL_FROM: `instance-${port}@example.org`,
        BOOTSTRAP_EMAIL: `operator-${port}@example.org`,
        BOOTSTRAP_PASSWORD: "correct horse battery staple",
        BOOTSTRAP_PROJECT: "instances",
        BOOTSTRAP_API_KEY: API_KEY,
        BOOTSTRAP_PING_KEY: PING_KEY,
        SELF_HEARTBEAT_URL: `http://127.0.0.1:${heartbeatTo}/ping/${PING_KEY}/${OTHER}`,
      },
      logFile: join(home, `product-${port}.log`),
    });
  const watched = start(dataDirectory, watchedPort, otherPort);
  const other = start(join(home, "other"), otherPort, watchedPort);
  const looking = setInterval(() => {
    for (const { mail, to } of smtp.received.slice(mails.length))
      mails.push({ at: performance.now(), subject: `${mail.subject ?? ""} → ${to.join()}` });
  }, 200);
  return {
    watched,
    other,
    disk,
    postgres: () => findPostmaster(join(dataDirectory, "postgres"))?.pid ?? null,
    mails,
    alerts,
    bothWatchEachOther: async () => {
      await Promise.all([watched.ready(), other.ready()]);
      await Promise.all([watchFrom(watched, hooks.urlOf("watched")), watchFrom(other, hooks.urlOf("other"))]);
    },
    stop: async () => {
      clearInterval(looking);
      await Promise.all([watched.stop(), other.stop()]);
      hooks.close();
      await smtp.close();
      disk?.remove();
    },
  };
}

/** Creates the check to which the other instance sends its heartbeat, and waits for the first one. */
async function watchFrom({ origin }: Instance, hookUrl: string): Promise<void> {
  const project = `/v1/projects/${(await call<{ items: { id: string }[] }>(origin, "/v1/projects")).items[0]?.id ?? ""}`;
  const settings = { url: hookUrl, secret: `whsec_${Buffer.alloc(32, 7).toString("base64")}` };
  const channel = await call<{ id: string }>(origin, `${project}/channels`, {
    kind: "webhook",
    name: "hook",
    settings,
  });
  const check = await call<{ id: string }>(origin, `${project}/checks`, {
    name: "the other instance",
    slug: OTHER,
    schedule: { kind: "interval", everySeconds: 60 },
    graceSeconds: 60,
    channelIds: [channel.id],
  });
  const until = performance.now() + WAIT_MS_MAX;
  while (performance.now() < until) {
    const { status } = await call<{ status: string }>(origin, `${project}/checks/${check.id}`);
    if (status === "up") return;
    await wait(1_000);
  }
  throw new Error(`${origin} got no heartbeat of the other instance.`);
}

async function call<T>(origin: string, path: string, json?: object): Promise<T> {
  const response = await fetch(origin + path, {
    method: json === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function startHooks(alerts: Pair["alerts"]) {
  const server = createServer((incoming, response) => {
    let body = "";
    incoming.setEncoding("utf8").on("data", (text: string) => (body += text));
    incoming.on("end", () => {
      const from = incoming.url === "/watched" ? "watched" : "other";
      alerts.push({ at: performance.now(), from, type: /"type":\s*"([\w.]+)"/.exec(body)?.[1] ?? "" });
      response.end("ok");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens always has one
  return {
    urlOf: (from: "watched" | "other") => `http://127.0.0.1:${port}/${from}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
