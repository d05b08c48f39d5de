import { createHash } from "node:crypto";

import type { Pool } from "@overdue/db";
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from "rate-limiter-flexible";

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

/** How one who asks stands with a limit after this request. */
export type Standing = {
  limit: string;
  quota: number;
  windowSeconds: number;
  remaining: number;
  resetSeconds: number;
  isRefused: boolean;
};

/**
 * How often one may ask. Requests are counted in this process alone: the limit is there against a script that runs
 * wild, and a row written for every page read would cost more than it saves. Tries of passwords are counted in the
 * database, over all processes and restarts; while it does not answer, nobody signs in anyway.
 */
export class Limits {
  readonly #requests: Limit | null;
  readonly #signInsOfAddress: Limit;
  readonly #signInsOfAccount: Limit;
  readonly #signUps: Limit;
  readonly #passwordChanges: Limit;

  /** `requestsPerMinute`: of each key, each person and each address that names neither; 0 for no limit. */
  constructor({ pool, requestsPerMinute }: { pool: Pool; requestsPerMinute: number }) {
    const tries = (name: string, points: number, duration: number) =>
      new Limit(name, new RateLimiterPostgres({ ...storedIn(pool), keyPrefix: name, points, duration }));
    const requests = { keyPrefix: "requests", points: requestsPerMinute, duration: MINUTE_SECONDS };
    this.#requests = requestsPerMinute === 0 ? null : new Limit("requests", new RateLimiterMemory(requests));
    this.#signInsOfAddress = tries("sign-ins-of-address", 10, MINUTE_SECONDS);
    this.#signInsOfAccount = tries("sign-ins-of-account", 10, HOUR_SECONDS / 4);
    this.#signUps = tries("sign-ups", 20, HOUR_SECONDS);
    this.#passwordChanges = tries("password-changes", 5, MINUTE_SECONDS);
  }

  /** Counts a request of `who`; null where there is no limit. */
  async request(who: string): Promise<Standing | null> {
    return (await this.#requests?.take(who)) ?? null;
  }

  async signInOfAddress(group: string): Promise<Standing> {
    return await this.#signInsOfAddress.take(group);
  }

  async signInOfAccount(email: string): Promise<Standing> {
    return await this.#signInsOfAccount.take(hashOf(email));
  }

  /** The right password ends the account's count. */
  async signedIn(email: string): Promise<void> {
    await this.#signInsOfAccount.forget(hashOf(email));
  }

  async signUp(group: string): Promise<Standing> {
    return await this.#signUps.take(group);
  }

  async passwordChange(userId: string): Promise<Standing> {
    return await this.#passwordChanges.take(userId);
  }
}

class Limit {
  readonly #name: string;
  readonly #limiter: RateLimiterAbstract;

  constructor(name: string, limiter: RateLimiterAbstract) {
    this.#name = name;
    this.#limiter = limiter;
  }

  async take(who: string): Promise<Standing> {
    const { counted, isRefused } = await this.#consume(who);
    return {
      limit: this.#name,
      quota: this.#limiter.points,
      windowSeconds: this.#limiter.duration,
      remaining: isRefused ? 0 : counted.remainingPoints,
      resetSeconds: Math.max(1, Math.ceil(counted.msBeforeNext / 1_000)),
      isRefused,
    };
  }

  async forget(who: string): Promise<void> {
    await this.#limiter.delete(who);
  }

  async #consume(who: string): Promise<{ counted: RateLimiterRes; isRefused: boolean }> {
    try {
      return { counted: await this.#limiter.consume(who), isRefused: false };
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return { counted: refusal, isRefused: true };
      throw refusal;
    }
  }
}

// Housekeeping deletes what has expired.
function storedIn(pool: Pool) {
  const table = { tableName: "try_counts", tableCreated: true, clearExpiredByTimeout: false };
  return { storeClient: pool, storeType: "pool", ...table };
}

/** So that the table of counts is no list of addresses of people who may have an account. */
function hashOf(email: string): string {
  return createHash("sha256").update(email.trim().toLowerCase()).digest("hex");
}
