import { isUuid } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import type { Keyring } from "../secrets/keyring.ts";
import { isSame, sign, signingKey } from "../secrets/signature.ts";

/** A channel and the address that it had when the link was made: for another one the link is worth nothing. */
export type Confirming = { channelId: string; address: string };

/** What a link turned out to be. `expired` was signed by us. */
export type ReadConfirm = { kind: "valid" | "expired"; confirming: Confirming } | { kind: "forged" };

const DAYS_VALID = 3;
const PURPOSE = "confirm address";

/** Lets the reader of a mailbox agree to get alerts there. It asks before it acts, and is good for three days. */
export function confirmLink(
  keyring: Keyring,
  { publicUrl, channelId, address, now }: Confirming & { publicUrl: string; now: Instant },
): string {
  const key = signingKey(keyring);
  const expires = String(Math.floor(now / 1_000) + DAYS_VALID * 86_400);
  const signature = signatureOf(key.key, { channelId, address, expires });
  const query = new URLSearchParams({ channel: channelId, address, expires, key: key.id, signature });
  return `${publicUrl}/confirm-address?${query}`;
}

/** Reads the query of a link. Whatever is not exactly what was signed is forged. */
export function readConfirm(keyring: Keyring, query: URLSearchParams, now: Instant): ReadConfirm {
  const [channelId = "", address = "", expires = "", signature = ""] = [
    "channel",
    "address",
    "expires",
    "signature",
  ].map((name) => query.get(name) ?? "");
  const key = keyring.keys.find(({ id }) => id === query.get("key"));
  if (key === undefined || !isUuid(channelId) || !/^\d{1,12}$/.test(expires)) return { kind: "forged" };
  if (!isSame(signatureOf(key.key, { channelId, address, expires }), signature)) return { kind: "forged" };
  return { kind: Number(expires) * 1_000 <= now ? "expired" : "valid", confirming: { channelId, address } };
}

function signatureOf(key: Buffer, of: Confirming & { expires: string }): string {
  return sign(key, PURPOSE, [of.channelId, of.expires, of.address].join("|")).toString("base64url");
}
