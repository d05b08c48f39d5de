import { randomBytes, randomUUID } from "node:crypto";
import { Agent, request } from "node:http";

import type { LiveEvent } from "@overdue/core";
import {
  endReceiver,
  findMailTarget,
  findPingFilters,
  isSameSecret,
  countChecks,
  notifyChanges,
  type Pool,
  type ReceivedPing,
  type Recorded,
  type PingTarget,
} from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import type { Context } from "hono";
import type { Logger } from "pino";
import { Histogram } from "prom-client";

import type { UnreadableRequest } from "../http/http-server.ts";
import { toResponse } from "./answers.ts";
import { type Clock, createClock } from "./clock.ts";
import { dialectPings } from "./dialect-pings.ts";
import { Ingest } from "./ingest.ts";
import { rememberFilters } from "./known-filters.ts";
import { directPings, pingRequest } from "./ping-request.ts";
import { ownerInTarget, ownerOfTarget, partBehindKey } from "./ping-url.ts";
import type { PingAddresses } from "./arrival.ts";
import { pingReceiver } from "./receive.ts";
import { Refusals, type RefusedPing } from "./refusals.ts";
import type { Room } from "./room.ts";
import { ShadowCopies } from "./shadow-copies.ts";
import { PingSpool } from "./spool/ping-spool.ts";
import { StallWatch } from "./stall-watch.ts";

/** How often open pages are notified of pings; many pings share one message. */
const NOTIFY_EVERY_MS = 200;

/** Of a body that takes longer, the part that has arrived counts. The server ends the connection some seconds later. */
const BODY_MS_MAX = 15_000;

type ReceiverOptions = {
  pool: Pool;
  log: Logger;
  bodyBytesMax: number;
  /** How long a body may take; by default 15 s. */
  bodyTimeMs?: number;
  addresses: PingAddresses;
  /** Left out: the database is on another disk. */
  room?: Room | undefined;
  /** Where pings are kept while the database cannot take them; left out: they are refused then. */
  spool?: { directory: string; bytesMax: number };
  /** The address of this instance, by which it knows a ping that it forwarded itself. */
  publicUrl: string;
};

/** Creates the receiver, one per api process: it takes pings, proves by its heartbeat that it can, and notifies open pages. */
export function createReceiver(options: ReceiverOptions) {
  const { pool, log } = options;
  const receiverId = randomUUID();
  const clock = createClock();
  const stalls = new StallWatch(log);
  const pages = createChangeNotifier(pool, log);
  const storeSeconds = createStoreSeconds();
  const onDurable = (seconds: number) => storeSeconds.observe(seconds);
  const refusals = new Refusals({ pool, log });
  const spool = options.spool && openSpool(options.spool, { id: receiverId, clock, log });
  const ours = { pool, receiverId, clock, log, stalls, onDurable, room: options.room };
  const ingest = new Ingest({
    ...ours,
    spool,
    onRecorded: pages.add,
    onUnknown: (arrival) => refusals.note(lostPing(arrival)),
  });
  const copies = new ShadowCopies({ pool, log });
  const token = randomBytes(16).toString("hex");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let heartbeat: ReturnType<typeof startHeartbeat> | undefined;
  const common = { bodyTimeMs: BODY_MS_MAX, ...options, ingest, clock, refusals, copies };
  const inDialect = dialectPings(common);
  const answer = pingReceiver({
    ...common,
    inDialect,
    lookFor: (target) => countChecks(pool, target),
    findFilters: rememberFilters((target) => findPingFilters(pool, target)),
  });
  return {
    id: receiverId,
    ingest,
    clock,
    /** How much is kept on the disk, in bytes, since when (null: nothing is), and how many pings were since the start. */
    kept: () => ({ bytes: spool?.bytes ?? 0, since: spool?.state.since ?? null, pings: spool?.kept ?? 0 }),
    /** For the metrics: how long pings wait until they are stored. */
    storeSeconds,
    /** Handles `/ping/…`; `path` is what follows. */
    ping: async (c: Context, path: string): Promise<Response> =>
      toResponse(await answer(pingRequest(c), path)),
    /** Handles a request in the form of another monitor; null for any other request. */
    dialect: (c: Context) => inDialect(pingRequest(c)).then((answered) => answered && toResponse(answered)),
    /** Handles pings of the usual form before any route. */
    direct: directPings(answer, new Set([HEARTBEAT_PATH])),
    refusals,
    copies,
    /** Notes a request that could not be read, for the project whose ping it would have been. */
    unreadable: (request: UnreadableRequest) => refusals.note(unreadablePing(request, clock.now())),
    /** Handles `HEARTBEAT_PATH`: 404 to everybody but this process. */
    heartbeat: async (c: Context): Promise<Response> => {
      if (!isSameSecret(c.req.header(HEARTBEAT_HEADER) ?? "", token)) return c.text("not found", 404);
      await ingest.heartbeat();
      return c.body(null, 204);
    },
    /** Starts the heartbeat; call when the server listens. */
    start: (address: { host: string; port: number }) => {
      heartbeat = startHeartbeat({ address, token, agent });
      void copies.look();
    },
    /** The check that a mail is for. */
    findMailTarget: (target: PingTarget) => findMailTarget(pool, target),
    sendHeartbeat: () => heartbeat?.sendNow(),
    /** Ends the receiver; call when the last request is answered. */
    stop: async () => {
      heartbeat?.stop();
      await endParts({ ...ours, pages, agent, spool, refusals, copies });
    },
  };
}

type Parts = Record<"pages" | "stalls" | "refusals" | "copies", { stop: () => void | Promise<void> }> & {
  agent: Agent;
  spool: PingSpool | undefined;
  pool: Pool;
  receiverId: string;
  log: Logger;
};

/** Ends what a receiver runs besides its heartbeat, and stores that it has ended. */
async function endParts({ pages, stalls, agent, spool, refusals, copies, ...of }: Parts): Promise<void> {
  await pages.stop();
  await stalls.stop();
  agent.destroy();
  const isEmpty = (await spool?.close()) ?? true;
  await refusals.stop();
  await copies.stop();
  // Evaluation goes on waiting for what is left on the disk: the next process stores it.
  if (isEmpty)
    await endReceiver(of.pool, of.receiverId).catch((err: unknown) =>
      of.log.warn({ err }, "The end of this receiver could not be stored."),
    );
}

/** A directory that cannot be used is no reason to take no pings: without it they are refused while the database is away. */
function openSpool(
  options: NonNullable<ReceiverOptions["spool"]>,
  { id, clock, log }: { id: string; clock: Clock; log: Logger },
): PingSpool | undefined {
  try {
    return new PingSpool({ ...options, owner: { id, startedAt: clock.now() }, now: clock.now, log });
  } catch (err) {
    log.error(
      { err, directory: options.directory },
      "Pings cannot be kept on this machine's disk: they are refused while the database does not answer.",
    );
    return undefined;
  }
}

function createStoreSeconds() {
  return new Histogram({
    name: "overdue_ping_store_seconds",
    help: "From the receipt of a ping until it is stored, which is when its job gets an answer.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
    registers: [],
  });
}

function unreadablePing({ method, target, remoteAddress }: UnreadableRequest, at: Instant): RefusedPing {
  return {
    owner: ownerInTarget(target),
    reason: "malformed-request",
    asked: partBehindKey(target),
    method,
    remoteAddress,
    host: remoteAddress,
    userAgent: "",
    at,
  };
}

/** A kept ping for which there is no check after all: its sender got the answer that it was accepted. */
function lostPing({ target, record, host }: ReceivedPing): RefusedPing {
  const { method, userAgent, remoteAddress, receivedAt: at } = record;
  const owner = ownerOfTarget(target);
  const reason = owner.kind === "uuid" ? "unknown-path" : "unknown-slug";
  return {
    owner,
    reason,
    asked: target.kind === "slug" ? `/${target.slug}` : "",
    method,
    userAgent,
    remoteAddress,
    host,
    at,
  };
}

function createChangeNotifier(pool: Pool, log: Logger) {
  let changed: LiveEvent[] = [];
  const notify = () => {
    if (changed.length === 0) return;
    const batch = changed;
    changed = [];
    notifyChanges(pool, batch).catch((error: unknown) =>
      log.warn({ err: error }, "Open pages could not be notified of a change."),
    );
  };
  const timer = setInterval(notify, NOTIFY_EVERY_MS);
  return {
    add: (recorded: readonly Recorded[]) => {
      for (const outcome of recorded) {
        if (outcome.kind === "recorded")
          changed.push({ projectId: outcome.projectId, checkId: outcome.checkId });
      }
    },
    stop: () => clearInterval(timer),
  };
}

/** The path of a receiver's heartbeat, which passes through the same queue as every ping. */
export const HEARTBEAT_PATH = "/ping/heartbeat";
const HEARTBEAT_HEADER = "x-overdue-heartbeat";

const HEARTBEAT_EVERY_MS = 1_000;
const HEARTBEAT_TIMEOUT_MS = 3_000;

/**
 * Sends a heartbeat to this process's own port, every second and whenever asked, so that a committed heartbeat proves that
 * pings could be received. Returns functions that send one now and that stop.
 */
function startHeartbeat(options: { address: { host: string; port: number }; token: string; agent: Agent }): {
  sendNow: () => void;
  stop: () => void;
} {
  let underWay = false;
  let again = false;
  const beat = () => {
    if (underWay) {
      again = true;
      return;
    }
    underWay = true;
    void sendHeartbeat(options)
      .catch(() => undefined)
      .finally(() => {
        underWay = false;
        if (again) {
          again = false;
          beat();
        }
      });
  };
  const timer = setInterval(beat, HEARTBEAT_EVERY_MS);
  beat();
  return { sendNow: beat, stop: () => clearInterval(timer) };
}

/** Ignores failures: without a committed heartbeat the checkpoint grows old, and no deadline is evaluated. */
function sendHeartbeat({ address, token, agent }: Parameters<typeof startHeartbeat>[0]): Promise<void> {
  return new Promise((resolve) => {
    const beat = request(
      {
        ...address,
        path: HEARTBEAT_PATH,
        method: "POST",
        agent,
        timeout: HEARTBEAT_TIMEOUT_MS,
        headers: { [HEARTBEAT_HEADER]: token, "Content-Length": 0 },
      },
      (response) => response.resume().on("end", resolve).on("error", resolve),
    );
    beat.on("timeout", () => beat.destroy());
    beat.on("error", () => resolve());
    beat.on("close", () => resolve());
    beat.end();
  });
}
