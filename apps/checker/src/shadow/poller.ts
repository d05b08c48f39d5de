import { waitInHeaders } from "@overdue/channels";
import { readVerdicts, type Verdict, verdictRequest } from "@overdue/core/shadow";
import {
  claimPoll,
  type Keyring,
  listShadowedChecks,
  openDb,
  type Pool,
  recordVerdicts,
  settlePoll,
  SHADOW_POLL_SECONDS,
  type ShadowedCheck,
  type ShadowRow,
  toUniqueKey,
} from "@overdue/db";
import type { Logger } from "pino";

import type { Egress } from "../egress/egress.ts";
import { WakeLoop } from "../wake-loop.ts";

const LOOK_EVERY_MS = 2_000;
const PROJECTS_AT_ONCE = 2;
const PAGES_MAX = 50;
const LIMIT_WAIT_MS = 60_000;
const MS = 1_000;
/** Two answers that lie farther apart say nothing about the time between them. */
const GAP_MS = 2.5 * SHADOW_POLL_SECONDS * MS;

export type PollerOptions = {
  pool: Pool;
  keyring: Keyring;
  egress: Pick<Egress, "send">;
  log: Logger;
  now: () => number;
};

/** Asks the other product of each project in shadow mode what it thinks of the checks, each minute. @returns a stop function */
export function startPolling(options: PollerOptions): () => Promise<void> {
  const loops = Array.from({ length: PROJECTS_AT_ONCE }, () => {
    const loop: WakeLoop = new WakeLoop({
      look: async () => {
        while (!loop.stopped && (await pollOne(options)));
        return LOOK_EVERY_MS;
      },
      onError: (err) => options.log.warn({ err }, "Another product could not be asked for its verdicts."),
      sweepMs: LOOK_EVERY_MS,
    });
    loop.wake();
    return loop;
  });
  return async () => {
    await Promise.all(loops.map((loop) => loop.stop()));
  };
}

/** Asks the product of one project, if one is due. @returns whether one was */
export async function pollOne(options: PollerOptions): Promise<boolean> {
  const { pool, keyring, now } = options;
  const shadow = await claimPoll(pool, keyring, SHADOW_POLL_SECONDS);
  if (shadow === null) return false;
  const { projectId } = shadow;
  const at = now();
  const asked = await askAll(shadow, options);
  if ("problem" in asked) {
    await settlePoll(openDb(pool), projectId, asked);
    return true;
  }
  const verdicts = matchVerdicts(await listShadowedChecks(pool, shadow), shadow, asked.verdicts);
  await recordVerdicts(pool, projectId, { verdicts, at, gapMs: GAP_MS });
  const problem = verdicts.length === 0 ? "It knows none of the project's checks by their keys." : null;
  await settlePoll(openDb(pool), projectId, { problem, pauseSeconds: null });
  return true;
}

type Asked = { verdicts: readonly Verdict[] } | { problem: string; pauseSeconds: number | null };

/** All pages; a page that fails makes the whole answer useless, since checks would seem to be missing. */
async function askAll(shadow: ShadowRow, { egress }: PollerOptions): Promise<Asked> {
  const { product, apiUrl, secrets } = shadow;
  const first = apiUrl === null ? null : verdictRequest({ product, apiUrl, apiKey: secrets.apiKey });
  if (first === null) return { problem: "This product cannot be asked.", pauseSeconds: null };
  const verdicts: Verdict[] = [];
  let url: string | null = first.url;
  for (let page = 0; url !== null && page < PAGES_MAX; page += 1) {
    const answer = await egress.send({
      method: "GET",
      url,
      headers: { accept: "application/json", ...first.headers },
      body: "",
      trusted: false,
      onlyHosts: null,
      signed: null,
    });
    if ("failed" in answer) return { problem: answer.failed, pauseSeconds: null };
    if (answer.status !== 200) return refusal(answer.status, waitInHeaders(answer) ?? LIMIT_WAIT_MS);
    const read = readVerdicts(product, { url, text: answer.body });
    if ("problem" in read) return { problem: read.problem, pauseSeconds: null };
    verdicts.push(...read.verdicts);
    url = read.next;
  }
  return { verdicts };
}

function refusal(status: number, waitMs: number): Asked {
  if (status === 429)
    return {
      problem: "It answered 429: it is asked less often.",
      pauseSeconds: waitMs / MS + SHADOW_POLL_SECONDS,
    };
  const isKey = status === 401 || status === 403;
  return { problem: `It answered ${status}${isKey ? ": check the API key." : "."}`, pauseSeconds: null };
}

/** What the product said of those checks that it knows. */
function matchVerdicts(checks: readonly ShadowedCheck[], shadow: ShadowRow, verdicts: readonly Verdict[]) {
  const byKey = new Map(verdicts.flatMap((verdict) => verdict.keys.map((key) => [key, verdict] as const)));
  return checks.flatMap((check) => {
    const verdict = keysOf(check, shadow)
      .map((key) => byKey.get(key))
      .find((found) => found !== undefined);
    const { status, graceSeconds } = verdict ?? {};
    return status === undefined
      ? []
      : [{ checkId: check.checkId, status, graceSeconds: graceSeconds ?? null }];
  });
}

/** Healthchecks hides UUIDs from a read-only key, which sees a hash of each. */
function keysOf({ alias, slug, pingUuid }: ShadowedCheck, { keysFrom }: ShadowRow): string[] {
  if (alias !== null) return [alias];
  if (keysFrom === "uuid") return [pingUuid, toUniqueKey(pingUuid)];
  return keysFrom === "slug" && slug !== "" ? [slug] : [];
}
