import { waitInHeaders } from "@overdue/channels";
import { forwardRequest } from "@overdue/core/shadow";
import {
  claimForwards,
  type ClaimedForward,
  type ForwardResult,
  type Keyring,
  type Pool,
  settleForwards,
  type ShadowRow,
} from "@overdue/db";
import type { Logger } from "pino";

import type { Egress } from "../egress/egress.ts";
import { WakeLoop } from "../wake-loop.ts";

/** A receiver that sees this header does not forward the ping on, and refuses one that it forwarded itself. */
const FORWARDED_HEADER = "overdue-forwarded";

/** Projects that are worked on at once by one sender: a product that hangs keeps one of them, and no other project. */
const PROJECTS_AT_ONCE = 4;
const LOOK_EVERY_MS = 1_000;
const BATCH = 100;
/** Requests to one product at once. */
const REQUESTS_AT_ONCE = 4;
/** A batch begins no request after this time, and ends before its lease does. */
const BATCH_MS_MAX = 10_000;
const LEASE_SECONDS = 30;
const ATTEMPTS_MAX = 3;
const RETRY_MS = [5_000, 20_000];
/** A product of which nothing was answered is left alone for so long. */
const PAUSE_MS = 15_000;
/** After an answer that there were too many requests, where it does not say when to come again. */
const LIMIT_WAIT_MS = 30_000;

export type ForwarderOptions = {
  pool: Pool;
  keyring: Keyring;
  egress: Pick<Egress, "send">;
  /** Names this instance to itself. */
  publicUrl: string;
  log: Logger;
};

/** Forwards the pings of projects in shadow mode to their other product, for as long as it runs. @returns a stop function */
export function startForwarding(options: ForwarderOptions): () => Promise<void> {
  const loops = Array.from({ length: PROJECTS_AT_ONCE }, () => {
    const loop: WakeLoop = new WakeLoop({
      look: async () => {
        while (!loop.stopped && (await forwardBatch(options)));
        return LOOK_EVERY_MS;
      },
      onError: (err) => options.log.warn({ err }, "Pings could not be forwarded."),
      sweepMs: LOOK_EVERY_MS,
    });
    loop.wake();
    return loop;
  });
  return async () => {
    await Promise.all(loops.map((loop) => loop.stop()));
  };
}

/** Forwards the pings of one project that are due. @returns whether there was a project with any */
export async function forwardBatch(options: ForwarderOptions): Promise<boolean> {
  const { pool, keyring } = options;
  const claimed = await claimForwards(pool, keyring, { leaseSeconds: LEASE_SECONDS, limit: BATCH });
  if (claimed === null) return false;
  const { shadow, forwards } = claimed;
  const attempts = await sendAll(shadow, forwards, options);
  const answered = attempts.filter(({ isAnswered }) => isAnswered);
  const tried = attempts.filter(({ end }) => end !== "nothing-to-say");
  await settleForwards(pool, shadow.projectId, {
    results: attempts,
    problem: tried.at(-1)?.problem ?? null,
    pauseMs: Math.max(
      tried.length > 0 && answered.length === 0 ? PAUSE_MS : 0,
      ...attempts.map(({ pauseMs }) => pauseMs),
    ),
  });
  return true;
}

type Attempt = ForwardResult & { problem: string | null; isAnswered: boolean; pauseMs: number };

/** Checks side by side, the pings of each in order. After an answer that asks for a pause nothing more is sent. */
async function sendAll(
  shadow: ShadowRow,
  forwards: readonly ClaimedForward[],
  options: ForwarderOptions,
): Promise<Attempt[]> {
  const until = performance.now() + BATCH_MS_MAX;
  const waiting = [...Map.groupBy(forwards, ({ checkId }) => checkId).values()];
  const attempts: Attempt[] = [];
  const mayGoOn = () => performance.now() < until && attempts.every(({ pauseMs }) => pauseMs === 0);
  const work = async () => {
    for (let chain = waiting.shift(); chain !== undefined; chain = waiting.shift()) {
      for (const forward of chain) {
        if (!mayGoOn()) return;
        const attempt = await sendOne(shadow, forward, options);
        attempts.push(attempt);
        if (attempt.end === "again") break;
      }
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work));
  return attempts;
}

async function sendOne(
  shadow: ShadowRow,
  forward: ClaimedForward,
  { egress, publicUrl }: ForwarderOptions,
): Promise<Attempt> {
  const request = requestOf(shadow, forward);
  const done = { id: forward.id, afterMs: 0, problem: null, isAnswered: true, pauseMs: 0 } as const;
  if (request === null) return { ...done, end: "nothing-to-say" };
  const { userAgent } = forward.ping;
  const answer = await egress.send({
    method: request.method,
    url: request.url,
    headers: {
      ...(userAgent !== "" && { "user-agent": userAgent }),
      ...(request.contentType !== null && { "content-type": request.contentType }),
      [FORWARDED_HEADER]: new URL(publicUrl).host,
    },
    body: request.body ?? "",
    trusted: false,
    onlyHosts: null,
    signed: null,
  });
  const again = retryOf(forward);
  // The request may have arrived: a second one could be a second failure there.
  if ("failed" in answer)
    return { ...done, ...(answer.uncertain ? FAILED : again), problem: answer.failed, isAnswered: false };
  const { status } = answer;
  if (status >= 200 && status < 300) return { ...done, end: "forwarded" };
  const problem = `It answered ${status}.`;
  if (status === 429) return { ...done, ...again, problem, pauseMs: waitInHeaders(answer) ?? LIMIT_WAIT_MS };
  return { ...done, ...(status >= 500 || status === 408 ? again : FAILED), problem };
}

const FAILED = { end: "failed", afterMs: 0 } as const;

function retryOf({ attempts }: ClaimedForward): Pick<ForwardResult, "end" | "afterMs"> {
  const afterMs = RETRY_MS[attempts];
  return attempts + 1 >= ATTEMPTS_MAX || afterMs === undefined ? FAILED : { end: "again", afterMs };
}

/** Null where the other product does not know the check, or has no word for the ping. */
function requestOf({ product, pingUrl, keysFrom, secrets }: ShadowRow, forward: ClaimedForward) {
  const { ping, slug, pingUuid, key: alias } = forward;
  const own = { uuid: pingUuid, slug, alias: "" }[keysFrom];
  const key = alias ?? own;
  if (key === "") return null;
  return forwardRequest({
    there: { product, pingUrl, pingKey: secrets.pingKey },
    check: { key, slug, pingUuid },
    ping,
    body: forward.body?.toString("utf8") ?? "",
  });
}
