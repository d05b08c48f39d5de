import { hash } from "node:crypto";

import { MINUTE_MS, type Instant } from "@overdue/schedules";
import { type Pool, type Refusal, type RefusalReason, storeRefusals } from "@overdue/db";
import type { Logger } from "pino";

import type { Owner } from "./ping-url.ts";

/** A ping that did not count, as the receiver saw it. */
export type RefusedPing = {
  /** Null where nothing says whose ping it could be: then it is counted in the metrics alone. */
  owner: Owner | null;
  reason: RefusalReason;
  /** The part of the URL after the key or the UUID, with the query. */
  asked: string;
  method: string;
  /** The address to show. */
  remoteAddress: string | null;
  /** The client's address, to which the rate limit applies. */
  host: string | null;
  userAgent: string;
  at: Instant;
};

type Owned = Omit<RefusedPing, "host" | "owner"> & { owner: Owner };

const STORE_EVERY_MS = 1_000;
const WAITING_MAX = 500;
const DIFFERENT_PER_OWNER_AND_MINUTE_MAX = 60;
const REFUSALS_PER_ADDRESS_AND_MINUTE_MAX = 300;
/** Beyond so many addresses or owners in one minute, which no instance has that is well, their counts begin anew. */
const REMEMBERED_MAX = 20_000;
const ASKED_CHARS_MAX = 200;
const USER_AGENT_CHARS_MAX = 200;

/**
 * Remembers pings that did not count and stores them together, at most a second later. Beyond the limits of one owner, pings
 * are counted in a single row; beyond those of one address, in the metrics alone.
 */
export class Refusals {
  readonly #options: { pool: Pool; log: Logger };
  #waiting = new Map<string, Refusal>();
  #different = new Map<string, Set<string>>();
  #byAddress = new Map<string, number>();
  #minute = 0;
  #storing: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;
  /** How many pings were refused or ignored, by reason, since this process started. */
  readonly counts = new Map<RefusalReason, number>();

  constructor(options: { pool: Pool; log: Logger }) {
    this.#options = options;
    this.#timer = setInterval(() => void this.store(), STORE_EVERY_MS);
    this.#timer.unref();
  }

  /** Whether this address has had too many pings refused in this minute. */
  hasTooMany(address: string | null, at: Instant): boolean {
    this.#turnMinute(at);
    return (this.#byAddress.get(address ?? "") ?? 0) > REFUSALS_PER_ADDRESS_AND_MINUTE_MAX;
  }

  note(ping: RefusedPing): void {
    const { owner, reason, host, ...rest } = ping;
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    if (this.hasTooMany(host, ping.at)) return;
    const address = host ?? "";
    roomFor(this.#byAddress, address).set(address, (this.#byAddress.get(address) ?? 0) + 1);
    const asked = rest.asked.slice(0, ASKED_CHARS_MAX);
    if (owner !== null) this.#add(this.#withinLimit({ ...rest, asked, owner, reason }));
  }

  /** Stores the waiting refusals; resolves when they, and all earlier ones, are stored or given up. */
  store(): Promise<void> {
    if (this.#waiting.size === 0) return this.#storing;
    const refusals = [...this.#waiting.values()];
    this.#waiting = new Map();
    this.#storing = this.#storing.then(() =>
      storeRefusals(this.#options.pool, refusals).catch((error: unknown) =>
        this.#options.log.warn(
          { err: error },
          "Refused pings could not be stored for their projects' pages.",
        ),
      ),
    );
    return this.#storing;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.store();
  }

  #withinLimit(ping: Owned): Owned {
    const owner = digestOf(ownerId(ping.owner));
    const different = this.#different.get(owner) ?? new Set();
    roomFor(this.#different, owner).set(owner, different);
    const key = digestOf(`${ping.reason} ${ping.asked}`);
    if (different.size >= DIFFERENT_PER_OWNER_AND_MINUTE_MAX && !different.has(key))
      return { ...ping, reason: "too-many", asked: "" };
    different.add(key);
    return ping;
  }

  #add({ owner, at, ...ping }: Owned): void {
    const id = JSON.stringify([owner, ping.reason, ping.asked]);
    const before = this.#waiting.get(id);
    if (before === undefined && this.#waiting.size >= WAITING_MAX) return;
    this.#waiting.set(id, {
      ...ping,
      owner,
      userAgent: ping.userAgent.slice(0, USER_AGENT_CHARS_MAX),
      count: (before?.count ?? 0) + 1,
      firstAt: before?.firstAt ?? at,
      lastAt: at,
    });
  }

  #turnMinute(at: Instant): void {
    const minute = Math.floor(at / MINUTE_MS);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#byAddress = new Map();
    this.#different = new Map();
  }
}

/** Stands for a text that may be a part of a long address, all of which would stay in memory with it. */
function digestOf(text: string): string {
  return hash("sha1", text, "base64");
}

/** The map, emptied where another key would be one too many. */
function roomFor<Value>(counts: Map<string, Value>, key: string): Map<string, Value> {
  if (counts.size >= REMEMBERED_MAX && !counts.has(key)) counts.clear();
  return counts;
}

function ownerId(owner: Owner): string {
  if (owner.kind === "token") return "tokens";
  return owner.kind === "uuid" ? owner.pingUuid : owner.pingKey;
}
