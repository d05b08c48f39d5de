import { setTimeout as wait } from "node:timers/promises";

import { composeAlert, isKindName, openChannel, parseSettings } from "@overdue/channels";
import {
  claimDeliveries,
  finishDelivery,
  moveChannel,
  unseal,
  type AlertRecord,
  type ClaimedAlert,
  type Db,
  type DueDelivery,
  type Finish,
  type Keyring,
} from "@overdue/db";
import type { Logger } from "pino";

import type { Ending, Sender } from "../senders/sender.ts";
import { nextStep } from "./next-step.ts";

export type AttemptParts = {
  db: Db;
  keyring: Keyring;
  sender: Sender;
  /** Where a person finds the app. */
  publicUrl: string;
  log: Logger;
  leaseSeconds: number;
  /** A delivery will be due again after so long. */
  onRetry(inMs: number): void;
};

/** Well within a lease: 45 s for an attempt that takes 20 s at the very most. */
export const LEASE_SECONDS = 45;
const RECORD_AGAIN_MS = [200, 1_000, 3_000, 5_000];

/** Attempts those of a batch that can be claimed. Calls `done` once for each of them; never throws. */
export async function attemptBatch(
  batch: readonly DueDelivery[],
  done: (due: DueDelivery) => void,
  parts: AttemptParts,
): Promise<void> {
  const claimed = await claim(batch, parts);
  await Promise.all(
    batch.map(async (due) => {
      const mine = claimed.find(({ claim }) => claim.deliveryId === due.deliveryId);
      if (mine !== undefined) await attempt(mine, parts);
      done(due);
    }),
  );
}

async function claim(
  batch: readonly DueDelivery[],
  { db, log, leaseSeconds }: AttemptParts,
): Promise<ClaimedAlert[]> {
  try {
    return await claimDeliveries(
      db,
      batch.map(({ deliveryId }) => deliveryId),
      leaseSeconds,
    );
  } catch (error) {
    log.warn({ err: error }, "Deliveries could not be claimed; the sweep will find them.");
    return [];
  }
}

async function attempt({ claim, alert }: ClaimedAlert, parts: AttemptParts): Promise<void> {
  const startedAt = new Date();
  const ending = await send(alert, parts);
  const step = nextStep(ending, claim, { kind: alert.kind, chance: Math.random() });
  try {
    if (ending.result.outcome === "moved") await move(alert, ending.result.settings, parts);
    const recorded = await record({ claim, alert }, { ...step, startedAt }, parts);
    if (recorded && step.state === "retry") parts.onRetry(step.retryInMs);
  } catch (error) {
    // Its lease will run out, and it will go again, marked as one that may repeat.
    parts.log.error({ err: error, deliveryId: claim.deliveryId }, "An attempt could not be recorded.");
  }
}

async function send(alert: AlertRecord, { keyring, sender, publicUrl, log }: AttemptParts): Promise<Ending> {
  try {
    const channel = openChannel(
      alert.channelKind,
      JSON.parse(unseal(keyring, placeOf(alert), alert.sealedSettings)),
    );
    return await sender.send(channel, composeAlert(alert, publicUrl));
  } catch (error) {
    log.error({ err: error, deliveryId: alert.deliveryId }, "A channel's settings could not be opened.");
    const because =
      "The channel's settings could not be opened: was SECRET_KEY changed? Save the channel again.";
    return { result: { outcome: "transient", because, uncertain: false }, statusCode: null };
  }
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

/** A send that is not recorded repeats, so a database that is away for a moment is waited for. */
async function record({ claim }: ClaimedAlert, finish: Finish, { db }: AttemptParts): Promise<boolean> {
  for (const pauseMs of RECORD_AGAIN_MS) {
    try {
      return await finishDelivery(db, claim, finish);
    } catch {
      await wait(pauseMs);
    }
  }
  return finishDelivery(db, claim, finish);
}

function placeOf(alert: AlertRecord) {
  return { table: "channels", column: "settings", rowId: alert.channel.id, projectId: alert.project.id };
}
