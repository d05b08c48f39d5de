import { composeAlert, isKindName, openChannel, parseSettings, type OpenChannel } from "@overdue/channels";
import { type AttemptResult, decideNextStep, isInformational } from "@overdue/core";
import {
  actionLinks,
  claimDeliveries,
  confirmLink,
  moveChannel,
  SINK_KIND,
  unseal,
  type AlertRecord,
  type ClaimedAlert,
  type Db,
  type Keyring,
  type Lease,
} from "@overdue/db";
import type { Logger } from "pino";

import { paceOf, sharedLimitOf } from "../deliver/pace.ts";
import type { Sender } from "../senders/sender.ts";
import type { Parcel, Told } from "./courier.ts";
import type { Gates } from "./gates.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { Recorder } from "./recorder.ts";

export type AttemptParts = {
  db: Db;
  keyring: Keyring;
  sender: Sender;
  sink: OpenChannel | null;
  /** Where a person finds the app. */
  publicUrl: string;
  log: Logger;
  lease: Lease;
  recorder: Recorder;
  gates: Gates;
  leases: LeaseKeeper;
};

/**
 * Attempts those that can be claimed. Calls `told` once for each; never throws. Resolves once they are claimed, with
 * those that are told in one message with others, or were not to be claimed.
 */
export async function attemptParcels(
  parcels: readonly Parcel[],
  told: Told,
  parts: AttemptParts,
): Promise<string[]> {
  const opensIn = new Map<string, number>();
  const tooSoon = (id: string, opensInMs: number) => void opensIn.set(id, opensInMs);
  const claimed = new Map(
    (await claim(parcels, tooSoon, parts)).map((mine) => [mine.claim.deliveryId, mine]),
  );
  for (const { deliveryId, behind } of parcels) {
    const mine = claimed.get(deliveryId);
    if (mine === undefined)
      told(deliveryId, { wasSent: false, retryInMs: null, opensInMs: opensIn.get(deliveryId) ?? null });
    else
      void attemptInTurn(mine, behind, parts).then((retryInMs) =>
        told(deliveryId, { wasSent: true, retryInMs, opensInMs: null }),
      );
  }
  return parcels.map(idOf).filter((id) => claimed.get(id)?.alert.group !== null && !opensIn.has(id));
}

/** @returns after how long it is due again; null: not again, as far as known. */
async function attemptInTurn(
  mine: ClaimedAlert,
  behind: number,
  parts: AttemptParts,
): Promise<number | null> {
  const room = { most: paceOf(mine.alert.channelKind).concurrency, behind };
  let retryInMs: number | null = null;
  // What is quiet has a gate of its own: an alert does not wait for its answer.
  const gate = isInformational(mine.alert.kind) ? `${mine.claim.channelId} quiet` : mine.claim.channelId;
  const done = parts.leases.keep(mine.claim);
  await parts.gates.pass(gate, room, async (answered) => {
    retryInMs = await attempt(mine, parts, answered);
  });
  done();
  return retryInMs;
}

async function claim(
  parcels: readonly Parcel[],
  tooSoon: (deliveryId: string, opensInMs: number) => void,
  { db, log, lease }: AttemptParts,
): Promise<ClaimedAlert[]> {
  const rateLimits = { limitOf: sharedLimitOf, later: tooSoon, taken: () => undefined };
  try {
    return await claimDeliveries(db, parcels.map(idOf), { ...lease, rateLimits });
  } catch (error) {
    log.warn({ err: error }, "Deliveries could not be claimed; the sweep will find them.");
    return [];
  }
}

async function attempt(
  { claim, alert }: ClaimedAlert,
  parts: AttemptParts,
  answered: () => void,
): Promise<number | null> {
  const startedAt = new Date();
  const result = await send(alert, parts);
  answered();
  const next = decideNextStep(result, claim, { kind: alert.kind, chance: Math.random() });
  // What earlier settings come to says nothing about the channel as it is.
  const step = alert.hasOldSettings ? { ...next, channelBrokenBecause: null } : next;
  if (step.blames === "operator") {
    const { channelKind, deliveryId } = claim;
    parts.log.warn(
      { deliveryId, channelKind, because: step.answer },
      "An alert was refused for a reason that only the operator can mend; it is tried again.",
    );
  }
  try {
    if (result.outcome === "moved") await move(alert, result.settings, parts);
    const recorded = await parts.recorder(claim, { ...step, startedAt });
    return recorded && step.state === "retry" ? step.retryInMs : null;
  } catch (error) {
    // Its lease will run out, and it will go again, marked as one that may repeat.
    parts.log.error({ err: error, deliveryId: claim.deliveryId }, "An attempt could not be recorded.");
    return null;
  }
}

async function send(alert: AlertRecord, parts: AttemptParts): Promise<AttemptResult> {
  const { keyring, sender, sink, publicUrl, log } = parts;
  try {
    const settings: unknown = JSON.parse(unseal(keyring, placeOf(alert), alert.sealedSettings));
    const own = alert.channelKind === SINK_KIND ? sink : null;
    const channel = own ?? openChannel(alert.channelKind, settings);
    return await sender.send(channel, composeAlert(alert, publicUrl, actionsOf(alert, channel, parts)));
  } catch (error) {
    log.error({ err: error, deliveryId: alert.deliveryId }, "A channel's settings could not be opened.");
    const because =
      "The channel's settings could not be opened: was SECRET_KEY changed? Save the channel again.";
    return { outcome: "transient", because, uncertain: false, statusCode: null };
  }
}

/** What may be done about an incident from its alert; each link asks before it acts. */
function actionsOf(alert: AlertRecord, channel: OpenChannel, { keyring, publicUrl }: AttemptParts) {
  if (alert.kind === "confirm" && channel.via === "mail") {
    const of = { publicUrl, channelId: alert.channel.id, address: channel.to, now: Date.now() };
    return [{ act: "confirm", label: "Yes, send alerts here", url: confirmLink(keyring, of) }];
  }
  const isOpen = alert.kind === "down" || alert.kind === "reminder";
  if (alert.incident === null || !isOpen) return [];
  const { id: incidentId } = alert.incident;
  return actionLinks(keyring, { publicUrl, incidentId, channelId: alert.channel.id, now: Date.now() });
}

async function move(
  alert: AlertRecord,
  settings: Record<string, unknown>,
  { db, keyring }: AttemptParts,
): Promise<void> {
  const old: unknown = JSON.parse(unseal(keyring, placeOf(alert), alert.sealedSettings));
  if (!isKindName(alert.channelKind) || typeof old !== "object") return;
  const parsed = parseSettings(alert.channelKind, { ...old, ...settings });
  if (!parsed.ok) return;
  await moveChannel(db, keyring, {
    projectId: alert.project.id,
    channelId: alert.channel.id,
    sealedBefore: alert.sealedSettings,
    settings: parsed.settings,
    hint: parsed.hint,
  });
}

function idOf({ deliveryId }: Parcel): string {
  return deliveryId;
}

function placeOf(alert: AlertRecord) {
  return { table: "channels", column: "settings", rowId: alert.channel.id, projectId: alert.project.id };
}
