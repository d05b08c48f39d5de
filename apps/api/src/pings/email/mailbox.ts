import type { Target } from "@overdue/db";

/** Whom a mail is for: a check, nobody that could be one, or somebody in another domain. */
export type Mailbox = { kind: "check"; target: Target } | { kind: "no mailbox" } | { kind: "elsewhere" };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
// Healthchecks' keys have 22 characters; those that an operator chose here may have others.
const KEY_AND_SLUG = /^([-A-Za-z0-9_]{8,64})\+([a-z0-9_-]{1,100})$/;

/**
 * Reads `<uuid>@<domain>` and `<ping key>+<slug>@<domain>`, the addresses of checks. `domain` in lower case. Whether
 * there is such a check is not known here. Source: shared healthchecks.md 12.
 */
export function readMailbox(address: string, domain: string): Mailbox {
  const at = address.lastIndexOf("@");
  if (address.slice(at + 1).toLowerCase() !== domain) return { kind: "elsewhere" };
  const local = address.slice(0, Math.max(at, 0));
  if (UUID.test(local)) return { kind: "check", target: { kind: "uuid", pingUuid: local.toLowerCase() } };
  const [, pingKey, slug] = KEY_AND_SLUG.exec(local) ?? [];
  // `<uuid>+fail` is nobody's address: whoever hoped for an action hears of it at once.
  if (pingKey === undefined || slug === undefined || UUID.test(pingKey)) return { kind: "no mailbox" };
  return { kind: "check", target: { kind: "slug", pingKey, slug, create: false } };
}
