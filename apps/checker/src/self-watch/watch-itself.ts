import { randomUUID } from "node:crypto";

import {
  ALONE,
  ensureSelfCheck,
  isDueToPing,
  noteHeartbeat,
  openDb,
  readProblems,
  recordPings,
  tellOperators,
  type OwnersWay,
  type Pool,
  type Problems,
  type SelfCheck,
} from "@overdue/db";
import type { Logger } from "pino";

import type { Egress } from "../egress/egress.ts";

export type WatchOptions = {
  pool: Pool;
  /** How operators are told of troubles. */
  way: OwnersWay;
  egress: Egress;
  /** SELF_HEARTBEAT_URL. */
  heartbeatUrl: string | null;
  log: Logger;
  lookEveryMs?: number;
};

const LOOK_EVERY_MS = 60_000;
/** A start is when nothing has been judged yet. */
const FIRST_AFTER_MS = 10_000;
/** A check that is down this long after its ping can be pinged to miss again. */
const MISS_EVERY_SECONDS = 300;

/**
 * Keeps the check that misses on purpose missing, and tells the outside that all is well while its alerts arrive. Once
 * one link of the chain breaks, that heartbeat falls silent, and whoever listens to it says so. Answers how to stop.
 */
export function watchItself(options: WatchOptions): () => Promise<void> {
  let working: Promise<void> = Promise.resolve();
  const say = problemsTeller(options.log);
  const look = () => {
    working = working
      .then(() => lookOnce(options, say))
      .catch((error: unknown) => options.log.warn({ err: error }, "Overdue could not look after itself."));
  };
  const { lookEveryMs = LOOK_EVERY_MS } = options;
  const first = setTimeout(look, Math.min(FIRST_AFTER_MS, lookEveryMs));
  const timer = setInterval(look, lookEveryMs);
  return async () => {
    clearTimeout(first);
    clearInterval(timer);
    await working;
  };
}

/** Logs what is wrong when it is another thing than before, and that it is over: a terminal shows the sentence alone. */
function problemsTeller(log: Logger): (problems: Problems) => void {
  let said = "";
  return ({ broken, troubles }) => {
    const text = [...broken, ...troubles].join(" ");
    if (text === said) return;
    if (text === "") log.info("Overdue works as it should again.");
    else log.error({ broken, troubles }, `Overdue does not work as it should: ${text}`);
    said = text;
  };
}

async function lookOnce(
  { pool, way, egress, heartbeatUrl, log }: WatchOptions,
  say: (problems: Problems) => void,
): Promise<void> {
  const db = openDb(pool);
  const check = await ensureSelfCheck(db, way.keyring, Date.now());
  if (await isDueToPing(db, check, MISS_EVERY_SECONDS)) await ping(pool, check);
  const problems = await readProblems(pool);
  say(problems);
  await tellOperators(pool, { ...way, selfProjectId: check.projectId }, problems);
  if (problems.broken.length === 0 && heartbeatUrl !== null) await beat(heartbeatUrl, { pool, egress, log });
}

async function ping(pool: Pool, { pingUuid }: SelfCheck): Promise<void> {
  const record = {
    id: randomUUID(),
    receivedAt: Date.now(),
    rid: null,
    exitStatus: null,
    scheme: "self",
    method: "",
    remoteAddress: null,
    userAgent: "Overdue",
    body: null,
    bodyBytes: 0,
    bodyCutAt: null,
    note: null,
  };
  const arrival = {
    record,
    read: () => ({ kind: "success", note: null }) as const,
    host: null,
    digest: null,
  };
  await recordPings(pool, [{ ...arrival, target: { kind: "uuid", pingUuid } }], ALONE);
}

type Beating = { pool: Pool; egress: Egress; log: Logger };

async function beat(url: string, { pool, egress, log }: Beating): Promise<void> {
  const answer = await egress.send({
    method: "GET",
    url,
    headers: {},
    body: "",
    trusted: true,
    onlyHosts: null,
    signed: null,
  });
  if ("failed" in answer) log.warn({ because: answer.failed }, "The heartbeat of Overdue did not go out.");
  else if (answer.status >= 300) log.warn({ status: answer.status }, "The heartbeat of Overdue was refused.");
  else await noteHeartbeat(pool);
}
