import type { PingKind } from "@overdue/core";
import type { ForwardedPing, ShadowProduct } from "@overdue/core/shadow";
import { listShadowed, type Pool, queueForwards, type WaitingForward } from "@overdue/db";
import type { Logger } from "pino";
import type { Outcome } from "./ping-store.ts";

import { isOfPreview, type Sender } from "./arrival.ts";
import type { PingRequest } from "./ping-request.ts";

/** What a ping said, as it was read. */
type Said = {
  /** The name of the dialect that it came in; null: our own form, which is Healthchecks'. */
  dialect: string | null;
  kind: PingKind;
  exitStatus: number | null;
  rid: string | null;
  durationMs: number | null;
  body: Buffer | null;
  at: number;
};

type Copied = { said: Said; request: Pick<PingRequest, "target" | "header">; sender: Sender };

/** On a ping that another instance of Overdue forwarded: the name of that instance. */
const FORWARDED_HEADER = "overdue-forwarded";

const LOOK_EVERY_MS = 5_000;
const STORE_EVERY_MS = 200;
const WAITING_MAX = 2_000;
const BODY_BYTES_MAX = 10_000;
const QUERY_CHARS_MAX = 2_000;

const PRODUCTS: Record<string, ShadowProduct> = {
  Cronitor: "cronitor",
  "Uptime Kuma": "uptime-kuma",
};

/**
 * Copies the pings of projects in shadow mode, which a sender forwards to their other product. A ping costs a look into a
 * set here, and nothing waits: copies are collected in memory, and stored together by statements of their own. If the
 * database is slow, the oldest are dropped and counted.
 */
export class ShadowCopies {
  readonly #options: { pool: Pool; log: Logger };
  #projects: ReadonlySet<string> = new Set();
  #waiting: WaitingForward[] = [];
  #lost = new Map<string, number>();
  #storing: Promise<void> | null = null;
  readonly #timers: NodeJS.Timeout[];

  constructor(options: { pool: Pool; log: Logger }) {
    this.#options = options;
    this.#timers = [
      setInterval(() => void this.look(), LOOK_EVERY_MS).unref(),
      setInterval(() => void this.store(), STORE_EVERY_MS).unref(),
    ];
  }

  /** Reads which projects are in shadow mode. */
  async look(): Promise<void> {
    try {
      this.#projects = await listShadowed(this.#options.pool);
    } catch {
      // The next look reads it.
    }
  }

  add(recorded: Outcome, { said, request, sender }: Copied): void {
    if (recorded.kind !== "recorded" || !this.#projects.has(recorded.projectId)) return;
    if (said.kind === "ignored" || isOfPreview(sender)) return;
    if (request.header(FORWARDED_HEADER) !== undefined) return;
    const { projectId, checkId } = recorded;
    const body = said.body?.subarray(-BODY_BYTES_MAX) ?? null;
    this.#waiting.push({
      projectId,
      checkId,
      ping: forwardedPing(said, said.kind, { request, sender }),
      body,
    });
    if (this.#waiting.length <= WAITING_MAX) return;
    const oldest = this.#waiting.shift();
    if (oldest !== undefined) this.#lost.set(oldest.projectId, (this.#lost.get(oldest.projectId) ?? 0) + 1);
  }

  /** Stores the waiting copies; resolves when they are stored or given up. Never twice at once. */
  async store(): Promise<void> {
    if (this.#storing !== null) return await this.#storing;
    if (this.#waiting.length === 0 && this.#lost.size === 0) return;
    const [forwards, lost] = [this.#waiting, this.#lost];
    this.#waiting = [];
    this.#lost = new Map();
    this.#storing = queueForwards(this.#options.pool, forwards, lost)
      .catch((err: unknown) => this.#options.log.warn({ err }, "Copies of pings could not be stored."))
      .finally(() => (this.#storing = null));
    await this.#storing;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.store();
    await this.store();
  }
}

function forwardedPing(
  { dialect, exitStatus, rid, durationMs, at }: Said,
  kind: ForwardedPing["kind"],
  { request, sender }: Pick<Copied, "request" | "sender">,
): ForwardedPing {
  const query = request.target.split("?").slice(1).join("?");
  return {
    cameAs: dialect === null ? "healthchecks" : (PRODUCTS[dialect] ?? null),
    kind,
    exitStatus,
    runId: rid,
    durationMs,
    method: sender.method,
    query: query.length > QUERY_CHARS_MAX ? "" : query,
    userAgent: sender.userAgent,
    at,
  };
}

/** Whether this very instance forwarded the ping, which has come back to it. */
export function isOwnForward({ header }: Pick<PingRequest, "header">, publicUrl: string): boolean {
  const from = header(FORWARDED_HEADER);
  return from !== undefined && from === new URL(publicUrl).host;
}
