import { composeAlert, isKindName, openChannel, parseSettings, type OpenChannel } from "@overdue/channels";
import {
  actionLinks,
  claimDeliveries,
  isQuietKind,
  moveChannel,
  SINK_KIND,
  stillDue,
  unseal,
  type AlertRecord,
  type ClaimedAlert,
  type Db,
  type DueDelivery,
  type Keyring,
  type Lease,
} from "@overdue/db";
import type { Logger } from "pino";

import type { Ending, Sender } from "../senders/sender.ts";
import type { Gates } from "./gates.ts";
import type { Done, Lanes } from "./lanes.ts";
import { nextStep } from "./next-step.ts";
import { paceOf } from "./pace.ts";
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
  lanes: Pick<Lanes, "waitingIn" | "keep">;
  /** A delivery will be due again after so long. */
  onRetry(inMs: number): void;
};

/** Well within a lease: 45 s for an attempt that takes 20 s at the very most. */
export const LEASE_SECONDS = 45;

/**
 * Attempts those of a batch that can be claimed. Calls `done` once for each of them; never throws. Resolves once they
 * are claimed.
 */
export async function attemptBatch(
  batch: readonly DueDelivery[],
  done: Done,
  parts: AttemptParts,
): Promise<void> {
  const claimed = new Map((await claim(batch, parts)).map((mine) => [mine.claim.deliveryId, mine]));
  for (const due of batch) {
    const mine = claimed.get(due.deliveryId);
    if (mine === undefined) done(due, false);
    else void attemptInTurn(mine, parts).finally(() => done(due, true));
  }
  await letGo(batch, claimed, parts);
}

/** What went with another's message, or waits for a later one, need not be claimed one by one to find that out. */
async function letGo(
  batch: readonly DueDelivery[],
  claimed: ReadonlyMap<string, ClaimedAlert>,
  { db, lanes, log }: AttemptParts,
): Promise<void> {
  const grouped = batch.filter(({ deliveryId }) => claimed.get(deliveryId)?.alert.group !== null);
  const channelIds = [...new Set(grouped.map(({ channelId }) => channelId))];
  const waiting = channelIds.flatMap((channelId) => lanes.waitingIn(channelId));
  if (waiting.length === 0) return;
  try {
    const due = new Set(await stillDue(db, waiting));
    for (const channelId of channelIds) lanes.keep(channelId, due);
  } catch (error) {
    log.warn({ err: error }, "What is still due could not be read; each is asked for.");
  }
}

function attemptInTurn(mine: ClaimedAlert, parts: AttemptParts): Promise<void> {
  const { channelId } = mine.claim;
  const room = {
    most: paceOf(mine.alert.channelKind).atOnce,
    behind: parts.lanes.waitingIn(channelId).length,
  };
  // What is quiet has a gate of its own: an alert does not wait for its answer.
  const gate = isQuietKind(mine.alert.kind) ? `${channelId} quiet` : channelId;
  return parts.gates.pass(gate, room, (answered) => attempt(mine, parts, answered));
}

async function claim(
  batch: readonly DueDelivery[],
  { db, log, lease }: AttemptParts,
): Promise<ClaimedAlert[]> {
  try {
    return await claimDeliveries(
      db,
      batch.map(({ deliveryId }) => deliveryId),
      lease,
    );
  } catch (error) {
    log.warn({ err: error }, "Deliveries could not be claimed; the sweep will find them.");
    return [];
  }
}

async function attempt(
  { claim, alert }: ClaimedAlert,
  parts: AttemptParts,
  answered: () => void,
): Promise<void> {
  const startedAt = new Date();
  const ending = await send(alert, parts);
  answered();
  const step = nextStep(ending, claim, { kind: alert.kind, chance: Math.random() });
  try {
    if (ending.result.outcome === "moved") await move(alert, ending.result.settings, parts);
    const recorded = await parts.recorder(claim, { ...step, startedAt });
    if (recorded && step.state === "retry") parts.onRetry(step.retryInMs);
  } catch (error) {
    // Its lease will run out, and it will go again, marked as one that may repeat.
    parts.log.error({ err: error, deliveryId: claim.deliveryId }, "An attempt could not be recorded.");
  }
}

async function send(alert: AlertRecord, parts: AttemptParts): Promise<Ending> {
  const { keyring, sender, sink, publicUrl, log } = parts;
  try {
    const settings: unknown = JSON.parse(unseal(keyring, placeOf(alert), alert.sealedSettings));
    const own = alert.channelKind === SINK_KIND ? sink : null;
    const channel = own ?? openChannel(alert.channelKind, settings);
    return await sender.send(channel, composeAlert(alert, publicUrl, actionsOf(alert, parts)));
  } catch (error) {
    log.error({ err: error, deliveryId: alert.deliveryId }, "A channel's settings could not be opened.");
    const because =
      "The channel's settings could not be opened: was SECRET_KEY changed? Save the channel again.";
    return { result: { outcome: "transient", because, uncertain: false }, statusCode: null };
  }
}

/** What may be done about an incident from its alert; each link asks before it acts. */
function actionsOf(alert: AlertRecord, { keyring, publicUrl }: AttemptParts) {
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

function placeOf(alert: AlertRecord) {
  return { table: "channels", column: "settings", rowId: alert.channel.id, projectId: alert.project.id };
}
