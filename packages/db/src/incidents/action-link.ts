import { isUuid } from "@overdue/core";
import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";

import type { Instant } from "@overdue/schedules";

import type { Keyring } from "../secrets/keyring.ts";

/** What can be done to an incident from an alert. */
export const INCIDENT_ACTS = [
  "acknowledge",
  "snooze-30m",
  "snooze-2h",
  "snooze-tomorrow",
  "snooze-recovery",
] as const;
export type IncidentAct = (typeof INCIDENT_ACTS)[number];

/** `channelId`: the channel whose alert carries the link; what is done is put down to it. */
export type SignedAct = { incidentId: string; act: IncidentAct; channelId: string; expiresAt: Instant };

/** What a link turned out to be. `expired` was signed by us. */
export type ReadAct = { kind: "valid"; act: SignedAct } | { kind: "expired" } | { kind: "forged" };

const DAYS_VALID = 7;
/** A link that asks before it acts. It names one incident, one act and one channel, and is good for a week. */
export function actionLink(
  keyring: Keyring,
  { publicUrl, now, ...act }: Omit<SignedAct, "expiresAt"> & { publicUrl: string; now: Instant },
): string {
  const [first] = keyring.keys;
  if (first === undefined) throw new Error("The keyring is empty: set SECRET_KEY.");
  const signed = { ...act, expiresAt: now + DAYS_VALID * 86_400_000 };
  const query = new URLSearchParams({
    incident: signed.incidentId,
    act: signed.act,
    channel: signed.channelId,
    expires: String(Math.floor(signed.expiresAt / 1000)),
    key: first.id,
    signature: signatureOf(first.key, signed),
  });
  return `${publicUrl}/incidents/act?${query}`;
}

const LABELS: Record<IncidentAct, string> = {
  acknowledge: "Acknowledge",
  "snooze-30m": "Snooze 30 minutes",
  "snooze-2h": "Snooze 2 hours",
  "snooze-tomorrow": "Snooze until tomorrow 9:00",
  "snooze-recovery": "Snooze until it recovers",
};

/** Every act with what it is called and its link, as an alert shows them. */
export function actionLinks(
  keyring: Keyring,
  alert: Omit<Parameters<typeof actionLink>[1], "act">,
): { act: IncidentAct; label: string; url: string }[] {
  return INCIDENT_ACTS.map((act) => ({
    act,
    label: LABELS[act],
    url: actionLink(keyring, { ...alert, act }),
  }));
}

/** Reads the query of a link. Whatever is not exactly what was signed is forged. */
export function readAction(keyring: Keyring, query: URLSearchParams, now: Instant): ReadAct {
  const act = parse(query);
  const key = keyring.keys.find(({ id }) => id === query.get("key"));
  if (act === null || key === undefined) return { kind: "forged" };
  if (!isEqual(signatureOf(key.key, act), query.get("signature") ?? "")) return { kind: "forged" };
  return act.expiresAt <= now ? { kind: "expired" } : { kind: "valid", act };
}

function parse(query: URLSearchParams): SignedAct | null {
  const [incidentId, channelId, expires] = ["incident", "channel", "expires"].map(
    (name) => query.get(name) ?? "",
  );
  const act = INCIDENT_ACTS.find((known) => known === query.get("act"));
  if (incidentId === undefined || channelId === undefined || act === undefined) return null;
  if (!isUuid(incidentId) || !isUuid(channelId) || !/^\d{1,12}$/.test(expires ?? "")) return null;
  return { incidentId, act, channelId, expiresAt: Number(expires) * 1000 };
}

function signatureOf(key: Buffer, { incidentId, act, channelId, expiresAt }: SignedAct): string {
  const signed = [incidentId, act, channelId, Math.floor(expiresAt / 1000)].join("|");
  return createHmac("sha256", signingKey(key)).update(signed).digest("base64url");
}

const signingKeys = new WeakMap<Buffer, KeyObject>();

/** Kept for each key, since deriving one takes ten times as long as signing. */
function signingKey(key: Buffer): KeyObject {
  const known = signingKeys.get(key);
  if (known !== undefined) return known;
  const derived = createSecretKey(Buffer.from(hkdfSync("sha256", key, "overdue", "incident act", 32)));
  signingKeys.set(key, derived);
  return derived;
}

function isEqual(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
