import { createHash } from "node:crypto";

import type { MailText } from "@overdue/core";
import type { Target } from "@overdue/db";
import type { Logger } from "pino";
import type { SMTPServerSession } from "smtp-server";

import { Overloaded, TooHeavy, type WorkerPool } from "../../workers/worker-pool.ts";
import type { Clock } from "../clock.ts";
import type { Ingest } from "../ingest.ts";
import { plainAddress } from "./connection-times.ts";
import { type Mail, mailArrival } from "./mail-arrival.ts";
import { rawText } from "./mail-text.ts";
import { type Message, sourceOf } from "./read-message.ts";
import type { Recipient } from "./recipients.ts";
import { repeatDigest } from "./repeat-digest.ts";

export type AcceptOptions = {
  ingest: Pick<Ingest, "record">;
  clock: Pick<Clock, "now">;
  log: Logger;
  bodyBytesMax: number;
  bounces: Bounces | null;
  workers: Pick<WorkerPool, "run">;
};

/** Takes what comes back of our own mails, by what stands before the @. `owner` is who pays for the work. */
type Bounces = {
  knows(local: string): boolean;
  take(local: string, source: Buffer, owner: string): Promise<void>;
};

/** Records a whole message for each of its recipients; returns when all of it is durable. */
export async function acceptMail(
  message: Message,
  {
    session,
    recipients,
    options,
  }: { session: SMTPServerSession; recipients: Recipient[]; options: AcceptOptions },
): Promise<void> {
  const { ingest, clock, bounces, bodyBytesMax } = options;
  const receivedAt = clock.now();
  const remoteAddress = plainAddress(session.remoteAddress) || null;
  for (const recipient of recipients)
    if (recipient.kind === "bounce") await bounces?.take(recipient.local, message.head, remoteAddress ?? "");
  const pings = recipients.filter((recipient) => recipient.kind === "ping");
  const { mailFrom } = session.envelope;
  const mail: Mail = {
    message,
    text: await textFor(pings, message, options),
    sender: mailFrom === false ? "" : mailFrom.address,
    remoteAddress,
    receivedAt,
  };
  const repeated = repeatDigest(message);
  await Promise.all(
    pings.map(({ target }) => {
      const once = repeated === null ? null : digestFor(target, repeated);
      return ingest.record({ ...mailArrival(target, mail, bodyBytesMax), once });
    }),
  );
}

type PingRecipient = Extract<Recipient, { kind: "ping" }>;

/** Taken apart only as far as one of the checks looks at it; what takes too long is searched as it stands. */
async function textFor(
  pings: readonly PingRecipient[],
  message: Message,
  { workers, log }: AcceptOptions,
): Promise<MailText> {
  const reader = pings.find(({ found }) => found.readsBody) ?? pings.find(({ found }) => found.readsSubject);
  if (reader === undefined) return { subject: "", plain: "", html: "" };
  const source = sourceOf(message);
  const { projectId, readsBody } = reader.found;
  try {
    return await workers.run("readMail", { source, wantsBody: readsBody }, projectId);
  } catch (error) {
    if (!(error instanceof TooHeavy || error instanceof Overloaded)) throw error;
    log.warn(
      { projectId },
      "A mail takes too long to take apart; its keywords are looked for in its source.",
    );
    return rawText(source);
  }
}

function digestFor(target: Target, repeated: Buffer): Buffer {
  const name = target.kind === "uuid" ? target.pingUuid : `${target.pingKey}+${target.slug}`;
  return createHash("sha256").update(name).update("\0").update(repeated).digest();
}
