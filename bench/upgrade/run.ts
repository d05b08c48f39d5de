import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { openPool } from "@overdue/db";
import { initialise, startServer } from "@overdue/postgres";

import { PingClient } from "../chaos/client.ts";
import { type Job, live } from "../chaos/jobs.ts";
import { Ledger, now, watchOwnStalls } from "../chaos/ledger.ts";
import { type Provider, startProvider } from "../chaos/provider.ts";
import { randomFrom } from "../chaos/random.ts";
import { type Findings, readStored, verify } from "../chaos/verify.ts";
import { type Balancer, startBalancer } from "./balancer.ts";
import { type People, type Sent, startPeople } from "./people.ts";
import { populate } from "./population.ts";
import { prepare, type Release, type Running, startProgram } from "./programs.ts";

const BOOTSTRAP = {
  BOOTSTRAP_EMAIL: "ada@example.org",
  BOOTSTRAP_PASSWORD: "correct horse battery staple",
  BOOTSTRAP_PROJECT: "upgrade",
  BOOTSTRAP_API_KEY: "upgrade-key-0123456789abcdef0123456789abc",
} as const;
const PASSWORD = "upgrade";
const SETTLE_MS = 150_000;
/** The balancer knows of an end this long before the process does. */
const NOTICE_MS = 1_000;

export type Options = { previous: string; current: string; home: string; seconds: number; rate: number };

/** What came out. `firstTry`: pings whose first attempt got no 2xx. */
export type Outcome = {
  pings: number;
  firstTry: string[];
  requests: number;
  failures: string[];
  problems: number;
  migratedMs: number;
  slowestMs: number;
  findings: Findings;
};

type World = {
  options: Options;
  ledger: Ledger;
  provider: Provider;
  balancer: Balancer;
  people: People;
  client: PingClient;
  say: (sentence: string) => void;
};

/** Runs one upgrade under load, and compares what was acknowledged with what is stored and sent. */
export async function runUpgrade(options: Options, say: (sentence: string) => void): Promise<Outcome> {
  const { home } = options;
  mkdirSync(home, { recursive: true });
  const ledger = new Ledger(home);
  const stopWatching = watchOwnStalls(ledger);
  const provider = await startProvider(ledger);
  const directory = join(home, "postgres");
  await initialise(directory, PASSWORD);
  const server = await startServer({ directory, logFile: join(home, "postgres.log") });
  process.once("exit", () => server.interrupt());
  const environment = {
    DATABASE_URL: `postgres://postgres:${PASSWORD}@127.0.0.1:${server.port}/postgres`,
    SECRET_KEY: "a secret of the upgrade that is long enough",
    ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8",
    API_RATE_LIMIT: "0",
    LOG_LEVEL: "warn",
  };
  const releases = {
    old: { label: "old", source: options.previous, home, environment },
    fresh: { label: "new", source: options.current, home, environment },
  };
  const balancer = await startBalancer();
  try {
    return await upgrade({ options, ledger, provider, balancer, say }, releases);
  } finally {
    stopWatching();
    balancer.close();
    provider.close();
    await server.stop();
    ledger.close();
  }
}

type Releases = { old: Release; fresh: Release };

async function upgrade(
  { options, ledger, provider, balancer, say }: Omit<World, "people" | "client">,
  { old, fresh }: Releases,
): Promise<Outcome> {
  prepare(old, BOOTSTRAP);
  let running = await startAll(old, balancer);
  const ask = asking(balancer.origin);
  const { items } = (await (await ask("GET", "/v1/projects")).json()) as { items: { id: string }[] };
  const project = `/v1/projects/${items[0]?.id ?? ""}`;
  const pool = openPool({ url: old.environment["DATABASE_URL"] ?? "", max: 1, name: "upgrade" });
  const jobs = await populate(ask, { project, provider, random: randomFrom(1), pool, rate: options.rate });
  await pool.end();
  const client = new PingClient([balancer.origin], ledger);
  const state = { mayFail: true, isOver: false };
  const living = jobs.map(
    async (job) => [job.id, await live(job, worldOf(state, { client, ledger, provider }))] as const,
  );
  const people = startPeople(ask, project);
  say("The previous release runs under load, on its own schema.");
  await wait(options.seconds * 250);
  const begun = now();
  prepare(fresh, {});
  const migratedMs = now() - begun;
  say(`The database was migrated within ${(migratedMs / 1_000).toFixed(1)} s; the previous release goes on.`);
  await wait(options.seconds * 1_000);
  running = await replaceAll(running, { fresh, balancer, say });
  say("All processes are replaced.");
  await wait(options.seconds * 500);
  state.mayFail = false;
  const failures = await people.stop();
  await settle(ledger);
  state.isOver = true;
  client.end();
  const late = new Map(await Promise.all(living));
  const stored = await readStored({ environment: () => ({ ...fresh.environment }) });
  await Promise.all(running.map((each) => each.stop()));
  return {
    ...figuresOf(ledger),
    requests: people.requests(),
    failures,
    migratedMs,
    findings: verify({ ledger, jobs, stored, provider, late }),
  };
}

type Life = Pick<World, "client" | "ledger" | "provider">;

function worldOf(state: { mayFail: boolean; isOver: boolean }, { client, ledger, provider }: Life) {
  return {
    client,
    ledger,
    random: randomFrom(2),
    heard: (job: Job, type: "check.down" | "check.up", since: number) =>
      provider.notified(job.checkId, type, since),
    mayFail: () => state.mayFail,
    isOver: () => state.isOver,
  };
}

function figuresOf({
  pings,
  episodes,
}: Ledger): Pick<Outcome, "pings" | "firstTry" | "problems" | "slowestMs"> {
  const acked = pings.filter(({ ackedAt }) => ackedAt !== null);
  return {
    pings: acked.length,
    firstTry: acked
      .filter(({ tries, reconnects }) => tries - reconnects > 1)
      .map(({ job, rid, tries }) => `${job}: rid ${rid}, ${tries} attempts`),
    problems: episodes.length,
    slowestMs: Math.max(0, ...acked.map(({ sentAt, ackedAt }) => (ackedAt ?? sentAt) - sentAt)),
  };
}

/** Asks the API as the key of the first start. */
function asking(origin: string) {
  return (method: string, path: string, { json, headers = {} }: Sent = {}) =>
    fetch(origin + path, {
      method,
      headers: {
        authorization: `Bearer ${BOOTSTRAP.BOOTSTRAP_API_KEY}`,
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      signal: AbortSignal.timeout(30_000),
    });
}

async function startAll(release: Release, balancer: Balancer): Promise<Running[]> {
  // None of them is ready without the others.
  const names = ["api", "api", "checker", "sender"] as const;
  const running = await Promise.all(names.map((name) => startProgram(name, release)));
  for (const { name, origin } of running) if (name === "api") balancer.add(origin);
  return running;
}

type Replacing = { fresh: Release; balancer: Balancer; say: World["say"] };

/** Replaces one process after the other: the new one works before the old one ends. */
async function replaceAll(
  running: readonly Running[],
  { fresh, balancer, say }: Replacing,
): Promise<Running[]> {
  const replaced: Running[] = [];
  for (const old of running) {
    const next = await startProgram(old.name, fresh);
    if (old.name === "api") {
      balancer.add(next.origin);
      balancer.remove(old.origin);
      await wait(NOTICE_MS);
    }
    await old.stop();
    say(`One ${old.name} is replaced.`);
    replaced.push(next);
  }
  return replaced;
}

/** Waits until every problem is over and notified, or until it should have been long ago. */
async function settle({ episodes }: Ledger): Promise<void> {
  const until = now() + SETTLE_MS;
  while (now() < until && episodes.some((episode) => episode.until === null)) await wait(500);
  // What would be notified falsely comes within this time.
  await wait(8_000);
}
