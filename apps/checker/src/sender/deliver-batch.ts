import {
  composeAlert,
  isKindName,
  openChannel,
  type OpenChannel,
  parseSettings,
  sharedRateLimit,
} from "@overdue/channels";
import { type AttemptResult, decideNextStep } from "@overdue/core";
import {
  actionLinks,
  type AlertRecord,
  claimDeliveries,
  type ClaimedAlert,
  confirmLink,
  type Db,
  type Keyring,
  type Lease,
  moveChannel,
  SELF_TEST_KIND,
  settingsPlace,
  stillDue,
  unseal,
} from "@overdue/db";
import { deliveryAttempts } from "@overdue/tracing";
import type { Logger } from "pino";

import type { Transports } from "../transports/transports.ts";
import type { LeaseKeeper, Recorder } from "./attempts.ts";
import type { ChannelQueues, Started } from "./channel-queues.ts";

export type DeliverParts = {
  db: Db;
  keyring: Keyring;
  transports: Transports;
  /** The receiver of the self-test, in this process; null: there is none. */
  selfTestChannel: OpenChannel | null;
  /** The address of the app. */
  publicUrl: string;
  log: Logger;
  lease: Omit<Lease, "rateLimits">;
  recorder: Recorder;
  leases: LeaseKeeper;
  channelQueues: ChannelQueues;
  /** Called when a delivery will be due again after this many milliseconds. */
  onRetry: (inMs: number) => void;
};

/**
 * Claims the deliveries of a batch and sends each as soon as its channel may be sent to. Resolves when they are claimed.
 * Each leaves its queue when its attempt is recorded, or at once if it could not be claimed. Never rejects.
 */
export async function deliverBatch(batch: readonly Started[], parts: DeliverParts): Promise<void> {
  const { claimed, later } = await claim(batch, parts);
  const opener = newOpener(parts);
  /** Channels in whose queues deliveries may have been settled by now. */
  const changedChannelIds: string[] = [];
  for (const { due, slot } of batch) {
    const mine = claimed.get(due.deliveryId);
    if (mine !== undefined) void attemptInTurn({ due, slot }, mine, { ...parts, opener });
    else {
      slot.release();
      const opensInMs = later.get(due.deliveryId) ?? null;
      parts.channelQueues.done(due, opensInMs);
      if (opensInMs === null) changedChannelIds.push(due.channelId);
    }
    if (mine !== undefined && mine.alert.group !== null) changedChannelIds.push(due.channelId);
  }
  await dropSettled(new Set(changedChannelIds), parts);
}

async function claim(batch: readonly Started[], { db, log, lease, channelQueues }: DeliverParts) {
  const later = new Map<string, number>();
  const rateLimits = {
    limitOf: sharedRateLimit,
    later: (deliveryId: string, inMs: number) => void later.set(deliveryId, inMs),
    taken: (waits: ReadonlyMap<string, number>) => {
      for (const { due } of batch) {
        const [channelMs, kindMs] = [waits.get(due.channelId), waits.get(due.channelKind)];
        if (channelMs !== undefined && kindMs !== undefined)
          channelQueues.closeFor(due, { channelMs, kindMs });
      }
    },
  };
  const ids = batch.map(({ due }) => due.deliveryId);
  const claims = await claimDeliveries(db, ids, { ...lease, rateLimits }).catch((error: unknown) => {
    log.warn({ err: error }, "Deliveries could not be claimed; the sweep will find them.");
    return [];
  });
  return { claimed: new Map(claims.map((mine) => [mine.claim.deliveryId, mine])), later };
}

/**
 * Drops from the queues of these channels the deliveries that are no longer due, because they were part of another's message
 * or wait for a later one. Otherwise each would be claimed only to find that out.
 */
async function dropSettled(channelIds: ReadonlySet<string>, { db, channelQueues, log }: DeliverParts) {
  const waiting = [...channelIds].flatMap((channelId) => channelQueues.waitingFor(channelId));
  if (waiting.length === 0) return;
  try {
    const due = new Set(await stillDue(db, waiting));
    for (const channelId of channelIds) channelQueues.retain(channelId, due);
  } catch (error) {
    log.warn({ err: error }, "What is still due could not be read; each delivery is claimed instead.");
  }
}

/** Opens the channel of an alert. */
type Opener = (alert: AlertRecord) => OpenChannel;
type AttemptParts = DeliverParts & { opener: Opener };

/** Opens each channel once in a batch, since decrypting and parsing its settings is the slowest part of a message. */
function newOpener({ keyring, selfTestChannel }: DeliverParts): Opener {
  const opened = new Map<string, OpenChannel>();
  return (alert) => {
    const name = `${alert.channel.id} ${alert.sealedSettings}`;
    const known = opened.get(name);
    if (known !== undefined) return known;
    const settings: unknown = JSON.parse(unseal(keyring, placeOf(alert), alert.sealedSettings));
    const own = alert.channelKind === SELF_TEST_KIND ? selfTestChannel : null;
    const channel = own ?? openChannel(alert.channelKind, settings);
    opened.set(name, channel);
    return channel;
  };
}

async function attemptInTurn({ due, slot }: Started, mine: ClaimedAlert, parts: AttemptParts) {
  const { channelQueues, leases, onRetry } = parts;
  const endLease = leases.keep(mine.claim);
  const waiting = channelQueues.countWaitingFor(due.channelId);
  await slot.run(waiting, async (answered) => {
    const retryInMs = await attempt(mine, parts, answered);
    if (retryInMs !== null) onRetry(retryInMs);
  });
  endLease();
  channelQueues.done(due);
}

/** @returns after how many milliseconds it is due again; null: not again, as far as known. */
async function attempt(
  { claim: mine, alert }: ClaimedAlert,
  parts: AttemptParts,
  answered: () => void,
): Promise<number | null> {
  const startedAt = new Date();
  const result = await send(alert, parts);
  answered();
  if (deliveryAttempts.hasSubscribers) publishAttempt({ claim: mine, alert }, result, startedAt);
  const next = decideNextStep(result, mine, { kind: alert.kind, chance: Math.random() });
  // An attempt with earlier settings tells nothing about the channel's present ones.
  const step = alert.hasOldSettings ? { ...next, channelBrokenBecause: null } : next;
  const { deliveryId, channelKind } = mine;
  if (step.blames === "operator") {
    parts.log.warn(
      { deliveryId, channelKind, because: step.answer },
      "An alert was refused for a reason that only the operator can fix; it is tried again.",
    );
  }
  try {
    if (result.outcome === "moved") await move(alert, result.settings, parts);
    const isRecorded = await parts.recorder(mine, { ...step, startedAt });
    return isRecorded && step.state === "retry" ? step.retryInMs : null;
  } catch (error) {
    // Its lease will expire, and it will be sent again, marked as a possible repeat.
    parts.log.error({ err: error, deliveryId }, "An attempt could not be recorded.");
    return null;
  }
}

const ABOUT_INCIDENTS = new Set<string>(["down", "reminder", "up"]);

/** Publishes an attempt for traces, without the provider's answer, which may contain a secret. */
function publishAttempt({ claim, alert }: ClaimedAlert, result: AttemptResult, startedAt: Date): void {
  if (alert.incident === null || !ABOUT_INCIDENTS.has(alert.kind)) return;
  const { projectId, checkId, deliveryId, channelId, channelKind, attempt } = claim;
  deliveryAttempts.publish({
    incidentId: alert.incident.id,
    isEnd: alert.kind === "up",
    projectId,
    checkId,
    deliveryId,
    channelId,
    channelKind,
    attempt,
    kind: alert.kind,
    outcome: result.outcome,
    statusCode: result.statusCode,
    startedAt: startedAt.getTime(),
    endedAt: Date.now(),
  });
}

async function send(alert: AlertRecord, parts: AttemptParts): Promise<AttemptResult> {
  const { transports, publicUrl, log, opener } = parts;
  const { deliveryId } = alert;
  let channel: OpenChannel;
  try {
    channel = opener(alert);
  } catch (error) {
    log.error({ err: error, deliveryId }, "A channel's settings could not be opened.");
    return notSent(
      "The channel's settings could not be opened: was SECRET_KEY changed? Save the channel again.",
    );
  }
  try {
    return await transports.send(channel, composeAlert(alert, publicUrl, actionsOf(alert, channel, parts)));
  } catch (error) {
    log.error({ err: error, deliveryId }, "An alert could not be written for its channel.");
    return notSent(
      "The message could not be written, which is a fault of Overdue: the log of the sender shows it. It is tried again.",
    );
  }
}

function notSent(because: string): AttemptResult {
  return { outcome: "transient", because, uncertain: false, statusCode: null };
}

/** What can be done about an incident from its alert; the page of each link asks for confirmation. */
function actionsOf(alert: AlertRecord, channel: OpenChannel, { keyring, publicUrl }: DeliverParts) {
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
  { db, keyring }: DeliverParts,
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

function placeOf({ project, channel }: AlertRecord) {
  return settingsPlace({ projectId: project.id, channelId: channel.id });
}
