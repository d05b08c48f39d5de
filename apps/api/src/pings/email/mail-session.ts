import { createHash, randomUUID } from "node:crypto";
import type { Socket } from "node:net";

import { type MailText, readMail } from "@overdue/core";
import type { ReceivedPing, PingTarget } from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import type { Logger } from "pino";
import type { SMTPServerSession } from "smtp-server";

import { Overloaded, TooHeavy, type WorkerPool } from "../../workers/worker-pool.ts";
import type { Clock } from "../clock.ts";
import type { Ingest } from "../ingest.ts";
import { keepBody, type KeptBody } from "../read-body.ts";
import { type Message, rawText, sourceOf } from "./message.ts";
import type { Recipient } from "./recipients.ts";

const HEADER_CHARS_MAX = 64 * 1024;

/**
 * A digest by which a message is recognized when a mail server sends it again because our answer got lost. It covers the
 * Message-ID, or else the queue id of the server that sent it to us, with date, subject and everything after the header.
 * Null where the message has neither id: it is never taken for a repetition. The whole header does not serve, since every
 * server on the way adds to it.
 */
function repeatDigest(message: Message): Buffer | null {
  const { header, headerBytes } = headerOf(message.head);
  const id = field(header, "message-id") ?? queueIdIn(header);
  if (id === null) return null;
  return createHash("sha256")
    .update(
      JSON.stringify([id, field(header, "date"), field(header, "subject"), message.bytes - headerBytes]),
    )
    .update(message.head.subarray(headerBytes))
    .update(message.tail)
    .digest();
}

function headerOf(head: Buffer): { header: string; headerBytes: number } {
  const text = head.subarray(0, HEADER_CHARS_MAX).toString("latin1");
  const end = /\r?\n\r?\n/.exec(text);
  const headerBytes = end === null ? text.length : end.index + end[0].length;
  return { header: text.slice(0, headerBytes).replaceAll(/\r?\n[ \t]+/g, " "), headerBytes };
}

function field(header: string, name: string): string | null {
  const line = header.split(/\r?\n/).find((candidate) => candidate.toLowerCase().startsWith(`${name}:`));
  const value = line?.slice(name.length + 1).trim() ?? "";
  return value === "" ? null : value;
}

/** The queue id of the server that sent us the message: its `Received: from … by … id 1rAbCd-000123-XY; date` stands first. */
function queueIdIn(header: string): string | null {
  return /\bid ([\w.-]{6,100})\b/i.exec(field(header, "received") ?? "")?.[1] ?? null;
}

const USER_AGENT_CHARS_MAX = 200;

/** One accepted mail, for all of its recipients. */
type Mail = {
  message: Message;
  text: MailText;
  /** The sender in the envelope; empty for a bounce. */
  sender: string;
  remoteAddress: string | null;
  receivedAt: Instant;
};

/** The ping of one recipient of a mail. It keeps the first and the last `bodyBytesMax` bytes of the mail's source. */
function mailArrival(target: PingTarget, mail: Mail, bodyBytesMax: number): ReceivedPing {
  const { message, text, sender, remoteAddress, receivedAt } = mail;
  const body = keptOfMessage(message, bodyBytesMax);
  return {
    target,
    host: remoteAddress,
    digest: null,
    read: (reading) => readMail(reading, text),
    record: {
      id: randomUUID(),
      receivedAt,
      rid: null,
      exitStatus: null,
      scheme: "email",
      method: "",
      remoteAddress,
      userAgent: `Email from ${sender}`.slice(0, USER_AGENT_CHARS_MAX),
      body: body.kept,
      bodyBytes: message.bytes,
      bodyCutAt: body.cutAt,
      note: null,
    },
  };
}

function keptOfMessage({ head, tail, isCut }: Message, limit: number): Pick<KeptBody, "kept" | "cutAt"> {
  if (!isCut) return keepBody(Buffer.concat([head, tail]), limit);
  const first = head.subarray(0, limit);
  const last = tail.subarray(Math.max(0, tail.length - limit));
  return { kept: Buffer.concat([first, last]), cutAt: first.length };
}

export type AcceptOptions = {
  ingest: Pick<Ingest, "record">;
  clock: Pick<Clock, "now">;
  log: Logger;
  bodyBytesMax: number;
  bounces: Bounces | null;
  workers: Pick<WorkerPool, "run">;
};

/** Takes bounces of our own mails. `local` is the part before the @; `owner` is whose share of the workers it uses. */
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
    text: await keywordText(pings, message, options),
    sender: mailFrom === false ? "" : mailFrom.address,
    remoteAddress,
    receivedAt,
  };
  const repeated = repeatDigest(message);
  await Promise.all(
    pings.map(({ target }) => {
      const once = repeated === null ? null : targetDigest(target, repeated);
      return ingest.record({ ...mailArrival(target, mail, bodyBytesMax), once });
    }),
  );
}

type PingRecipient = Extract<Recipient, { kind: "ping" }>;

/** Parses a mail only as far as the checks' keyword filters need it. If that takes too long, the raw source is searched. */
async function keywordText(
  pings: readonly PingRecipient[],
  message: Message,
  { workers, log }: AcceptOptions,
): Promise<MailText> {
  const reader =
    pings.find(({ found }) => found.filtersBody) ?? pings.find(({ found }) => found.filtersSubject);
  if (reader === undefined) return { subject: "", plain: "", html: "" };
  const source = sourceOf(message);
  const { projectId, filtersBody } = reader.found;
  try {
    return await workers.run("readMail", { source, wantsBody: filtersBody }, projectId);
  } catch (error) {
    if (!(error instanceof TooHeavy || error instanceof Overloaded)) throw error;
    log.warn({ projectId }, "A mail takes too long to parse; its keywords are looked for in its source.");
    return rawText(source);
  }
}

function targetDigest(target: PingTarget, repeated: Buffer): Buffer {
  const name = target.kind === "uuid" ? target.pingUuid : `${target.pingKey}+${target.slug}`;
  return createHash("sha256").update(name).update("\0").update(repeated).digest();
}

/** Counts the open connections of each address, so that one sender cannot use up all of them. */
export class ConnectionCount {
  readonly #open = new Map<string, Set<string>>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts a connection; returns false where it is one too many. `close` must follow in both cases. */
  open(address: string, id: string): boolean {
    const ids = this.#open.get(address) ?? new Set();
    this.#open.set(address, ids.add(id));
    return ids.size <= this.#max;
  }

  close(address: string, id: string): void {
    const ids = this.#open.get(address);
    ids?.delete(id);
    if (ids?.size === 0) this.#open.delete(address);
  }
}

const CONNECTION_MS_MAX = 600_000;
/** A client that has named none of our mailboxes by then has no mail for us. */
const WITHOUT_RECIPIENT_MS_MAX = 60_000;
/** How long a connection stays open after the other side has closed its half and all that it sent is answered. */
const HALF_CLOSED_MS = 2_000;

type TimedConnection = {
  socket: Socket;
  /** How many pieces of work are under way for it. */
  atWork: number;
  hasEnded: boolean;
  firstRecipient: NodeJS.Timeout;
};

/**
 * Ends each connection in time. Exim sends QUIT and closes its half right after a message, and then reads the answer: so a
 * half-closed connection is kept while we work on what it sent, and not longer.
 */
export class ConnectionTimes {
  readonly #known = new Map<string, TimedConnection>();

  begin(socket: Socket): void {
    const key = connectionKey(socket);
    answerHalfClosed(socket);
    const end = setTimeout(() => socket.destroy(), CONNECTION_MS_MAX);
    const firstRecipient = setTimeout(() => socket.destroy(), WITHOUT_RECIPIENT_MS_MAX);
    const known: TimedConnection = { socket, atWork: 0, hasEnded: false, firstRecipient };
    this.#known.set(key, known);
    socket.once("end", () => {
      known.hasEnded = true;
      closeWhenDone(known);
    });
    socket.once("close", () => {
      clearTimeout(end);
      clearTimeout(firstRecipient);
      this.#known.delete(key);
    });
  }

  /** Does work that a session waits for; its connection is not closed meanwhile. */
  async whileAtWork<T>(session: SMTPServerSession, work: () => Promise<T>): Promise<T> {
    const known = this.#known.get(connectionKey(session));
    if (known === undefined) return await work();
    known.atWork += 1;
    try {
      return await work();
    } finally {
      known.atWork -= 1;
      closeWhenDone(known);
    }
  }

  /** Lifts the time limit for connections without a recipient, since this session has named a mailbox of ours. */
  hasRecipient(session: SMTPServerSession): void {
    clearTimeout(this.#known.get(connectionKey(session))?.firstRecipient);
  }
}

/** smtp-server answers only if `readyState` is "open", which a half-closed connection never reports, even if it is writable. */
function answerHalfClosed(socket: Socket): void {
  Object.defineProperty(socket, "readyState", { get: () => (socket.writable ? "open" : "closed") });
}

/** Waits a moment before it closes: commands that were sent together are worked on one after the other. */
function closeWhenDone(known: TimedConnection): void {
  if (!known.hasEnded || known.atWork > 0) return;
  setTimeout(() => {
    if (known.atWork === 0) known.socket.end();
  }, HALF_CLOSED_MS).unref();
}

function connectionKey(end: { remoteAddress?: string | undefined; remotePort?: number | undefined }): string {
  return `${plainAddress(end.remoteAddress ?? "")} ${end.remotePort ?? 0}`;
}

/** Writes an IPv4 address as such also where an IPv6 socket reports it. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
