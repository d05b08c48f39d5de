import type { MailTarget, PingTarget } from "@overdue/db";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { SMTPServerSession } from "smtp-server";

import { addressGroup } from "../../limits/limits.ts";

/** An answer to the sending server other than 250: 4xx where it should try again, 5xx where it should not. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

export function refusal(code: number, message: string): Refusal {
  return new Refusal(code, message);
}

/** Whom a mail is for: a check, an address that no check can have, or another domain. */
export type Mailbox = { kind: "check"; target: PingTarget } | { kind: "no mailbox" } | { kind: "elsewhere" };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
// Healthchecks' keys have 22 characters; keys that an operator chose may be longer or shorter.
const KEY_AND_SLUG = /^([-A-Za-z0-9_]{8,64})\+([a-z0-9_-]{1,100})$/;

/**
 * Reads `<uuid>@<domain>` and `<ping key>+<slug>@<domain>`, the addresses of checks; `domain` in lower case. It does not
 * look whether the check exists. Source: https://healthchecks.io/docs/email/
 */
export function readMailbox(address: string, domain: string): Mailbox {
  const at = address.lastIndexOf("@");
  if (address.slice(at + 1).toLowerCase() !== domain) return { kind: "elsewhere" };
  const local = address.slice(0, Math.max(at, 0));
  if (UUID.test(local)) return { kind: "check", target: { kind: "uuid", pingUuid: local.toLowerCase() } };
  const [, pingKey, slug] = KEY_AND_SLUG.exec(local) ?? [];
  // `<uuid>+fail` is refused, so that its sender learns at once that an address cannot name an action.
  if (pingKey === undefined || slug === undefined || UUID.test(pingKey)) return { kind: "no mailbox" };
  return { kind: "check", target: { kind: "slug", pingKey, slug, create: false } };
}

/** How many unknown mailboxes one client address may name in a minute. A relay that serves many jobs stays below it. */
const UNKNOWN_PER_MINUTE_MAX = 300;

/** A recipient of ours: the return address of a mail that we sent, or the check that a ping is for. */
export type Recipient =
  | { kind: "bounce"; local: string }
  | { kind: "ping"; target: PingTarget; found: MailTarget };

type Options = {
  domain: string;
  bounces: { knows(local: string): boolean } | null;
  findTarget: (target: PingTarget) => Promise<MailTarget | null>;
};

/** Remembers the recipients that each session has named so far. */
export class Recipients {
  readonly #options: Options;
  readonly #named = new WeakMap<SMTPServerSession, Map<string, Recipient>>();
  readonly #unknown = new RateLimiterMemory({ points: UNKNOWN_PER_MINUTE_MAX, duration: 60 });

  constructor(options: Options) {
    this.#options = options;
  }

  /** Adds a recipient. @throws Refusal 550 if there is no such mailbox, 451 beyond the limit; or what the database throws */
  async add(session: SMTPServerSession, address: string): Promise<void> {
    const found = await this.#find(address, addressGroup(session.remoteAddress));
    const named = this.#named.get(session) ?? new Map<string, Recipient>();
    this.#named.set(session, named.set(address, found));
  }

  /** The recipients of the session's present message. */
  inEnvelope(session: SMTPServerSession): Recipient[] {
    const named = this.#named.get(session);
    return session.envelope.rcptTo.flatMap(({ address }) => named?.get(address) ?? []);
  }

  async #find(address: string, group: string): Promise<Recipient> {
    const { domain, bounces, findTarget } = this.#options;
    const local = bounceLocal(address, domain);
    if (local !== null && bounces?.knows(local) === true) return { kind: "bounce", local };
    const mailbox = readMailbox(address, domain);
    if (mailbox.kind === "elsewhere") throw refusal(550, "5.1.1 Recipient rejected");
    if (mailbox.kind === "no mailbox") throw refusal(550, "5.1.1 Invalid mailbox");
    const spent = await this.#unknown.get(group);
    if (spent !== null && spent.remainingPoints <= 0)
      throw refusal(451, "4.7.1 Too many unknown recipients from there, please try again later");
    const found = await findTarget(mailbox.target);
    if (found !== null) return { kind: "ping", target: mailbox.target, found };
    await this.#unknown.consume(group).catch(() => undefined);
    // The same sentence as for an impossible address, so that nobody can find out which projects and slugs exist.
    throw refusal(550, "5.1.1 Invalid mailbox");
  }
}

/** The part before the @ of an address for bounces; null for any other address. */
function bounceLocal(address: string, domain: string): string | null {
  const at = address.lastIndexOf("@");
  const isOurs = address.slice(at + 1).toLowerCase() === domain;
  return isOurs && /^bounce\+/i.test(address) ? address.slice(0, at) : null;
}
