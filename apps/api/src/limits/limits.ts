import { createHash } from "node:crypto";
import { isIP } from "node:net";

import type { Pool } from "@overdue/db";
import type { Cluster, Redis } from "@overdue/redis";
import { DAY_SECONDS } from "@overdue/schedules";
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from "rate-limiter-flexible";

const FREE_ATTEMPTS = 3;
const DELAY_MS_MAX = 15_000;
const ENTRIES_MAX = 10_000;

/** How long an attempt waits that comes after so many failed ones: three are free, then 1 s, 2 s, 4 s … 15 s. */
export function signInDelayMs(failedBefore: number): number {
  if (failedBefore < FREE_ATTEMPTS) return 0;
  return Math.min(DELAY_MS_MAX, 1_000 * 2 ** (failedBefore - FREE_ATTEMPTS));
}

/**
 * Lets attempts of one network on one account pass one after the other, so that those that come at once wait as long as
 * those that come one by one. Other networks do not stand in the same line.
 */
export class SignInTurns {
  readonly #freeAt = new Map<string, number>();

  /** @returns how many milliseconds from `now` the attempt waits, whose own delay is `delayMs` */
  take(line: string, { delayMs, now }: { delayMs: number; now: number }): number {
    if (delayMs === 0) return 0;
    const passesAt = Math.max(now, this.#freeAt.get(line) ?? 0) + delayMs;
    this.#freeAt.set(line, passesAt);
    if (this.#freeAt.size > ENTRIES_MAX) this.#sweep(now);
    return passesAt - now;
  }

  #sweep(now: number): void {
    for (const [line, freeAt] of this.#freeAt) if (freeAt <= now) this.#freeAt.delete(line);
  }
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;
/** For what is counted and never refused. */
const NO_LIMIT = 1_000_000;

/** What is left of a limit after a request. */
export type RateLimitState = {
  limit: string;
  quota: number;
  windowSeconds: number;
  remaining: number;
  resetSeconds: number;
  isRefused: boolean;
};

/**
 * How often a client may ask. Requests are counted in Redis over all processes, or in this process alone where there is no
 * Redis: the limit is against a runaway script, and a row written for every page read would cost more than it saves.
 * Tries of passwords are counted in the database, over all processes and restarts; while it is away nobody signs in anyway.
 */
export class Limits {
  readonly #requests: Limit | null;
  readonly #readings: Limit;
  readonly #signInsOfAddress: Limit;
  readonly #signInsOfDevice: Limit;
  readonly #failuresOfAccount: Limit;
  readonly #mailRequests: Limit;
  readonly #mailsOfHour: Limit;
  readonly #mailsOfDay: Limit;
  readonly #invitations: Limit;
  readonly #turns = new SignInTurns();
  readonly #signUps: Limit;
  readonly #passwordChanges: Limit;
  readonly #secondFactors: Limit;
  readonly #pagePasswords: Limit;
  readonly #subscriptions: Record<"network" | "page" | "address", Limit>;

  /** `requestsPerMinute`: of each key, each person and each address that names neither; 0 for no limit. */
  constructor({ pool, requestsPerMinute, redis }: LimitsOptions) {
    const tries = (name: string, points: number, duration: number) =>
      new Limit(name, new RateLimiterPostgres({ ...storedIn(pool), keyPrefix: name, points, duration }));
    this.#requests =
      requestsPerMinute === 0 ? null : new Limit("requests", requestCounter(requestsPerMinute, redis));
    const readings = { keyPrefix: "readings", points: 60, duration: MINUTE_SECONDS };
    this.#readings = new Limit("readings", new RateLimiterMemory(readings));
    this.#signInsOfAddress = tries("sign-ins-of-address", 50, 5 * MINUTE_SECONDS);
    this.#signInsOfDevice = tries("sign-ins-of-device", 10, HOUR_SECONDS / 4);
    this.#failuresOfAccount = tries("sign-in-failures", NO_LIMIT, HOUR_SECONDS / 4);
    this.#mailRequests = tries("mail-requests", 20, HOUR_SECONDS);
    this.#mailsOfHour = tries("mails-of-hour", 3, HOUR_SECONDS);
    this.#mailsOfDay = tries("mails-of-day", 10, DAY_SECONDS);
    this.#invitations = tries("invitations", 50, DAY_SECONDS);
    this.#signUps = tries("sign-ups", 20, HOUR_SECONDS);
    this.#passwordChanges = tries("password-changes", 5, MINUTE_SECONDS);
    this.#secondFactors = tries("second-factors", 5, HOUR_SECONDS / 4);
    this.#pagePasswords = tries("page-passwords", 10, HOUR_SECONDS / 4);
    this.#subscriptions = {
      network: tries("subscriptions-of-network", 10, HOUR_SECONDS),
      page: tries("subscriptions-of-page", 200, HOUR_SECONDS),
      address: tries("subscriptions-of-address", 5, DAY_SECONDS),
    };
  }

  /** Counts a request of `who`; null where there is no limit. */
  async request(who: string): Promise<RateLimitState | null> {
    return (await this.#requests?.take(who)) ?? null;
  }

  /** Readings of a schedule for somebody without an account, which cost this process more than other requests. */
  async readings(group: string): Promise<RateLimitState> {
    return await this.#readings.take(group);
  }

  async signInOfAddress(group: string): Promise<RateLimitState> {
    return await this.#signInsOfAddress.take(group);
  }

  /** Attempts of a browser that signed in before; those that succeed are not counted. */
  async signInOfDevice(deviceId: string): Promise<RateLimitState> {
    return await this.#signInsOfDevice.take(deviceId);
  }

  /** Counts an attempt on an account, whether or not there is one. @returns how long it waits for its turn */
  async signInDelayMs(email: string, group: string): Promise<number> {
    const account = hashOf(email);
    const { remaining } = await this.#failuresOfAccount.take(account);
    const delayMs = signInDelayMs(NO_LIMIT - remaining - 1);
    return this.#turns.take(`${account} ${group}`, { delayMs, now: Date.now() });
  }

  /** The right password ends the account's count, and gives back what it took of the others. */
  async recordSignIn(of: { email: string; group: string; deviceId: string | null }): Promise<void> {
    await this.#failuresOfAccount.forget(hashOf(of.email));
    await this.#signInsOfAddress.giveBack(of.group);
    if (of.deviceId !== null) await this.#signInsOfDevice.giveBack(of.deviceId);
  }

  /** Ends the account's count, as after a reset of the password. */
  async forgetFailures(email: string): Promise<void> {
    await this.#failuresOfAccount.forget(hashOf(email));
  }

  /** Requests from one network that send a mail or show a link of one. */
  async mailRequest(group: string): Promise<RateLimitState> {
    return await this.#mailRequests.take(group);
  }

  /** Mails about an account to one address, of one kind: three an hour and ten a day. */
  async accountMail(email: string, kind: string): Promise<RateLimitState> {
    const who = `${kind} ${hashOf(email)}`;
    const day = await this.#mailsOfDay.take(who);
    return day.isRefused ? day : await this.#mailsOfHour.take(who);
  }

  async invitation(projectId: string): Promise<RateLimitState> {
    return await this.#invitations.take(projectId);
  }

  async signUp(group: string): Promise<RateLimitState> {
    return await this.#signUps.take(group);
  }

  /** Tries of a second factor, by somebody who knows the password. */
  async secondFactor(userId: string): Promise<RateLimitState> {
    return await this.#secondFactors.take(userId);
  }

  async resetSecondFactorLimit(userId: string): Promise<void> {
    await this.#secondFactors.forget(userId);
  }

  /** Tries of a status page's password from one network. */
  async pagePassword(pageId: string, group: string): Promise<RateLimitState> {
    return await this.#pagePasswords.take(`${pageId} ${group}`);
  }

  /** Requests that may send a mail to an address: of one network, for one status page, and to one address from all. */
  async subscription(of: { group: string; pageId: string; email: string }): Promise<RateLimitState> {
    const { network, page, address } = this.#subscriptions;
    const ofNetwork = await network.take(of.group);
    if (ofNetwork.isRefused) return ofNetwork;
    const ofAddress = await address.take(hashOf(of.email));
    return ofAddress.isRefused ? ofAddress : await page.take(of.pageId);
  }

  async passwordChange(userId: string): Promise<RateLimitState> {
    return await this.#passwordChanges.take(userId);
  }
}

type LimitsOptions = {
  pool: Pool;
  requestsPerMinute: number;
  /** Where requests are counted over all processes; null: nowhere. */
  redis: Redis | Cluster | null;
};

/** While Redis does not answer, each process counts for itself. */
function requestCounter(requestsPerMinute: number, redis: LimitsOptions["redis"]): RateLimiterAbstract {
  const limit = { keyPrefix: "overdue-requests", points: requestsPerMinute, duration: MINUTE_SECONDS };
  const here = new RateLimiterMemory(limit);
  if (redis === null) return here;
  return new RateLimiterRedis({
    ...limit,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: here,
  });
}

class Limit {
  readonly #name: string;
  readonly #limiter: RateLimiterAbstract;

  constructor(name: string, limiter: RateLimiterAbstract) {
    this.#name = name;
    this.#limiter = limiter;
  }

  async take(who: string): Promise<RateLimitState> {
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

  async giveBack(who: string): Promise<void> {
    await this.#limiter.reward(who);
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

// A maintenance job deletes what has expired.
function storedIn(pool: Pool) {
  /** The limiter speaks to its store as to a pool of node-postgres. */
  const query = async ({ text, values }: { text: string; values?: unknown[] }) => {
    const rows = await pool.query(text, values);
    return { rows, rowCount: rows.count };
  };
  const table = { tableName: "try_counts", tableCreated: true, clearExpiredByTimeout: false };
  return { storeClient: { query }, storeType: "pool", ...table };
}

/** So that the table of counts is no list of addresses of people who may have an account. */
function hashOf(email: string): string {
  return createHash("sha256").update(email.trim().toLowerCase()).digest("hex");
}

/** What counts as one address: an IPv4 address, or the 64 bits of an IPv6 one that a single household has. */
export function addressGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const groups = expandGroups(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff) return mappedIpv4(groups);
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight groups, whatever the notation. */
function expandGroups(address: string): number[] {
  const canonical = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1);
  const [left = [], right = []] = canonical.split("::").map((side) => side.split(":").filter(Boolean));
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}

/** The IPv4 address in an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2). */
function mappedIpv4([, , , , , , high = 0, low = 0]: readonly number[]): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
