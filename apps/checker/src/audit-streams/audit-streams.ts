import { type HttpAnswer, jsonRequest, waitInHeaders } from "@overdue/channels";
import {
  auditEntryView,
  claimAuditStream,
  type ClaimedStream,
  type Db,
  type Keyring,
  releaseAuditStream,
  settleStreamEntry,
  type StreamTarget,
} from "@overdue/db";
import type { Logger } from "pino";

import type { Egress } from "../egress/egress.ts";
import { signRequest } from "../transports/sign-request.ts";
import { WakeLoop } from "../wake-loop.ts";

const SWEEP_MS = 10_000;
/** A receiver that hangs keeps one of them, and no other project's. */
const STREAMS_AT_ONCE = 4;
const BATCH = 50;
/** A batch begins no request after this time, and ends before its lease does. */
const BATCH_MS_MAX = 15_000;
const LEASE_SECONDS = 60;
const FIRST_PAUSE_SECONDS = 5;
const LAST_PAUSE_SECONDS = 3_600;

export type AuditStreamOptions = {
  db: Db;
  keyring: Keyring;
  egress: Pick<Egress, "send">;
  log: Logger;
};

/** Sends audit entries to the webhooks of their projects, each project's in order, for as long as it runs. */
export function openAuditStreams(options: AuditStreamOptions): WakeLoop {
  const loop: WakeLoop = new WakeLoop({
    look: async () => {
      const drain = async () => {
        while (!loop.stopped && (await sendBatch(options)));
      };
      await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, drain));
      return SWEEP_MS;
    },
    onError: (err) => options.log.warn({ err }, "Audit entries could not be sent."),
    sweepMs: SWEEP_MS,
  });
  return loop;
}

/** Sends what waits of one project, up to the first entry that is not accepted. @returns whether there was one */
export async function sendBatch(options: AuditStreamOptions): Promise<boolean> {
  const { db, keyring, log } = options;
  const stream = await claimAuditStream(db, keyring, { leaseSeconds: LEASE_SECONDS, limit: BATCH });
  if (stream === null) return false;
  const { projectId } = stream;
  const failed = await sendEntries(stream, options);
  if (failed !== null) log.warn({ projectId, problem: failed.problem }, "An audit stream waits.");
  await releaseAuditStream(db, projectId, failed);
  return true;
}

type Failed = { problem: string; afterSeconds: number };

async function sendEntries(
  { projectId, failures, target, entries }: ClaimedStream,
  { db, egress }: AuditStreamOptions,
): Promise<Failed | null> {
  if (target === null)
    return {
      problem: "Its address was encrypted with another SECRET_KEY: save it again.",
      afterSeconds: LAST_PAUSE_SECONDS,
    };
  const until = performance.now() + BATCH_MS_MAX;
  let before = failures;
  for (const { position, ...entry } of entries) {
    if (performance.now() > until) break;
    const answer = await egress.send(requestOf(entry, target));
    const problem = problemOf(answer);
    if (problem !== null) return { problem, afterSeconds: pauseSeconds(before, answer) };
    await settleStreamEntry(db, { projectId, position, entryId: entry.id });
    before = 0;
  }
  return null;
}

type Entry = Parameters<typeof auditEntryView>[0];

function requestOf(entry: Entry, { url, secret }: StreamTarget) {
  const view = auditEntryView(entry);
  const document = {
    type: "audit.entry",
    timestamp: view.at,
    data: { project_id: entry.projectId, ...view },
  };
  return signRequest({ ...jsonRequest(url, document), signed: { id: view.id, secret, former: null } });
}

type Answer = Awaited<ReturnType<Egress["send"]>>;

/** Why an entry was not accepted; null: it was. */
function problemOf(answer: Answer): string | null {
  if ("failed" in answer) return answer.failed;
  return answer.status >= 200 && answer.status < 300 ? null : `It answered ${answer.status}.`;
}

/** Doubles with every failure; the receiver may ask for a longer pause. */
function pauseSeconds(failures: number, answer: Answer): number {
  const asked = "failed" in answer ? null : waitInHeaders(answer satisfies HttpAnswer);
  const own = FIRST_PAUSE_SECONDS * 2 ** Math.min(failures, 20);
  return Math.min(LAST_PAUSE_SECONDS, Math.max(own, (asked ?? 0) / 1_000));
}
