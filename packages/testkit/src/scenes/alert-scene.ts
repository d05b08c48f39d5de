import { randomUUID } from "node:crypto";

import { defaultSettings, newCheck, type Evidence, type Reason } from "@overdue/core";
import {
  createChannel,
  createCheck,
  createProject,
  keyringOf,
  notifySenders,
  schema,
  type Db,
  type Keyring,
  type Tx,
} from "@overdue/db";
import { eq } from "drizzle-orm";

/** The SECRET_KEY that encrypts the channels of scenes, for an Overdue that runs on one. */
export const SCENE_SECRET = "a secret for scenes of alerts that is long enough";
export const sceneKeyring: Keyring = keyringOf([SCENE_SECRET]);

/** A project with a check and a channel, and functions that write flips and deliveries as the deadline evaluator would. */
export type AlertScene = {
  projectId: string;
  checkId: string;
  channelId: string;
  addCheck(name: string): Promise<string>;
  addChannel(kind: string, settings: Record<string, unknown>): Promise<string>;
  /** Takes the check down: writes flip, incident and delivery in one transaction. */
  down(options?: DownOptions): Promise<Written>;
  /** Takes the check up again. */
  up(down: Written, options?: { channelId?: string }): Promise<Written>;
};

export type Written = { deliveryId: string; flipId: string; incidentId: string; checkId: string };
type DownOptions = { checkId?: string; channelId?: string; reason?: Reason; body?: string };

const EVIDENCE: Evidence = {
  expectedAt: Date.parse("2026-11-20T01:30:00Z"),
  deadlineAt: Date.parse("2026-11-20T01:40:00Z"),
  lastHeardAt: Date.parse("2026-11-19T01:31:12Z"),
  exitStatus: null,
  runId: null,
  pingNumber: null,
  durationMs: null,
  limitMs: null,
};
const DOWN_AT = new Date("2026-11-20T01:40:00Z");
const UP_AT = new Date("2026-11-20T01:43:00Z");

export async function alertScene(
  db: Db,
  channel: { kind: string; settings: Record<string, unknown> },
): Promise<AlertScene> {
  const { id: projectId } = await createProject(db, { name: "Ops", ownerId: null });
  const addCheck = (name: string) => insertCheck(db, projectId, name);
  const addChannel = (kind: string, settings: Record<string, unknown>) =>
    insertChannel(db, projectId, { kind, settings });
  const [checkId, channelId] = [
    await addCheck("nightly backup"),
    await addChannel(channel.kind, channel.settings),
  ];
  const ids = { projectId, checkId, channelId };
  return {
    ...ids,
    addCheck,
    addChannel,
    down: (options = {}) => db.transaction((tx) => writeDown(tx, { ...ids, ...options })),
    up: (down, options = {}) => db.transaction((tx) => writeUp(tx, { ...ids, ...options }, down)),
  };
}

async function insertCheck(db: Db, projectId: string, name: string): Promise<string> {
  const settings = {
    ...defaultSettings,
    schedule: { kind: "cron" as const, expression: "30 2 * * *", timezone: "Europe/Berlin" },
    graceSeconds: 600,
  };
  const check = newCheck(randomUUID(), DOWN_AT.getTime(), settings);
  const row = await createCheck(db, { projectId, check, details: { name }, nextAt: null, channelIds: [] });
  return row.id;
}

async function insertChannel(
  db: Db,
  projectId: string,
  channel: { kind: string; settings: Record<string, unknown> },
): Promise<string> {
  const input = { projectId, ...channel, name: "team", hint: "…", checkIds: [] };
  return (await createChannel(db, sceneKeyring, input)).id;
}

type Place = { projectId: string; checkId: string; channelId: string };

async function writeDown(tx: Tx, place: Place & DownOptions): Promise<Written> {
  const reason = place.reason ?? "missed";
  const seq = await nextSeq(tx, place.checkId);
  if (place.body !== undefined) await insertPing(tx, place, { number: seq, body: place.body });
  const flipId = await insertFlip(tx, place, { deadlineSeq: seq, to: "down", reason, at: DOWN_AT });
  const [incident] = await tx
    .insert(schema.incidents)
    .values({ ...keys(place), deadlineSeq: seq, reason, evidence: EVIDENCE, openedAt: DOWN_AT })
    .returning();
  if (incident === undefined) throw new Error("The insert returned no row.");
  return insertDelivery(tx, place, { kind: "down", flipId, incidentId: incident.id });
}

async function writeUp(tx: Tx, place: Place, down: Written): Promise<Written> {
  const ofCheck = { ...place, checkId: down.checkId };
  const deadlineSeq = await nextSeq(tx, ofCheck.checkId);
  const flipId = await insertFlip(tx, ofCheck, { deadlineSeq, to: "up", reason: null, at: UP_AT });
  return insertDelivery(tx, ofCheck, { kind: "up", flipId, incidentId: down.incidentId });
}

async function insertFlip(
  tx: Tx,
  place: Place,
  flip: { deadlineSeq: number; to: "up" | "down"; reason: Reason | null; at: Date },
): Promise<string> {
  const from = flip.to === "up" ? ("down" as const) : ("up" as const);
  const [row] = await tx
    .insert(schema.flips)
    .values({ ...keys(place), ...flip, from, alerts: true })
    .returning();
  if (row === undefined) throw new Error("The insert returned no row.");
  return row.id;
}

async function insertDelivery(
  tx: Tx,
  place: Place,
  cause: { kind: "down" | "up"; flipId: string; incidentId: string },
): Promise<Written> {
  const [row] = await tx
    .insert(schema.deliveries)
    .values({ ...keys(place), channelId: place.channelId, ...cause })
    .returning();
  if (row === undefined) throw new Error("The insert returned no row.");
  await notifySenders(tx);
  return { deliveryId: row.id, checkId: place.checkId, ...cause };
}

async function insertPing(tx: Tx, place: Place, ping: { number: number; body: string }): Promise<void> {
  await tx.insert(schema.pings).values({
    ...keys(place),
    number: ping.number,
    id: randomUUID(),
    kind: "fail",
    receivedAt: DOWN_AT,
    exitStatus: 137,
    scheme: "http",
    method: "POST",
    body: Buffer.from(ping.body),
    bodyBytes: Buffer.byteLength(ping.body),
  });
}

async function nextSeq(tx: Tx, checkId: string): Promise<number> {
  return (await tx.$count(schema.flips, eq(schema.flips.checkId, checkId))) + 1;
}

function keys({ projectId, checkId }: Place) {
  return { projectId, checkId };
}
