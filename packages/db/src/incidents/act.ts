import { isUuid } from "@overdue/core";
import { DAY_MS, type Instant } from "@overdue/schedules";

import { inTransaction, type Pool, type PoolClient } from "../database.ts";
import { isSameSecret, type Keyring, newestKey, sign } from "../secrets/keyring.ts";
import { NOW, epochMs } from "../sql-fragments.ts";
import { checkNameSql } from "../checks/name-sql.ts";

export type IncidentRef = { projectId: string; incidentId: string };

/** Who does it (a name to show) and when. `via`: how, if neither in the app nor with a key. */
export type ByWhom = { by: string; at: Instant; via?: ActVia };

/**
 * How somebody acted outside the app, for the audit log. `link`: the signed link, which does nothing a second time.
 * `address`: the client's; null if it is unknown, since a provider stands in between.
 */
export type ActVia = {
  kind: "link" | "slack" | "telegram";
  link: string | null;
  address: string | null;
};

/** What came of an act. `used`: the link was used before. `resolved`: the check is up again, so there is nothing to acknowledge or snooze. */
export type ActResult =
  | { kind: "done"; checkId: string }
  | { kind: "already"; by: string | null }
  | { kind: "used"; at: Instant }
  | { kind: "resolved"; at: Instant }
  | { kind: "unknown" };

type Incident = {
  checkId: string;
  resolvedAt: Instant | null;
  acknowledgedAt: Instant | null;
  acknowledgedBy: string | null;
};
type Entry = { kind: "acknowledged" | "unacknowledged" | "snoozed" | "note"; text: string };

/** Records that somebody deals with the incident: nobody else is notified. If it is acknowledged already, it stays as it is. */
export function acknowledgeIncident(pool: Pool, ref: IncidentRef, who: ByWhom): Promise<ActResult> {
  return act(pool, { ref, who }, async (client, incident) => {
    if (incident.acknowledgedAt !== null) return { kind: "already", by: incident.acknowledgedBy };
    const set = "acknowledged_at = to_timestamp($3::float8 / 1000), acknowledged_by = $4";
    await update(client, ref, { set, values: [who.at, who.by] });
    return record(client, { ref, incident, who, entry: { kind: "acknowledged", text: "" } });
  });
}

/** Takes back an acknowledgement: the routes notify again. */
export function unacknowledgeIncident(pool: Pool, ref: IncidentRef, who: ByWhom): Promise<ActResult> {
  return act(pool, { ref, who }, async (client, incident) => {
    if (incident.acknowledgedAt === null) return { kind: "already", by: null };
    await update(client, ref, { set: "acknowledged_at = null, acknowledged_by = null", values: [] });
    return record(client, { ref, incident, who, entry: { kind: "unacknowledged", text: "" } });
  });
}

/** Keeps the incident silent until then; `until` Infinity: until it recovers. An instant in the past ends a snooze. */
export function snoozeIncident(
  pool: Pool,
  ref: IncidentRef,
  { until, ...who }: ByWhom & { until: Instant },
): Promise<ActResult> {
  return act(pool, { ref, who }, async (client, incident) => {
    const text = until === Infinity ? "infinity" : new Date(until).toISOString();
    await update(client, ref, { set: "snoozed_until = $3::timestamptz", values: [text] });
    return record(client, { ref, incident, who, entry: { kind: "snoozed", text } });
  });
}

/** Adds a note; also to a resolved incident. */
export function noteIncident(
  pool: Pool,
  ref: IncidentRef,
  { text, ...who }: ByWhom & { text: string },
): Promise<ActResult> {
  return inTransaction(pool, async (client) => {
    const incident = await lock(client, ref);
    if (incident === null) return { kind: "unknown" };
    return record(client, { ref, incident, who, entry: { kind: "note", text } });
  });
}

function act(
  pool: Pool,
  { ref, who: { via } }: { ref: IncidentRef; who: ByWhom },
  work: (client: PoolClient, incident: Incident) => Promise<ActResult>,
): Promise<ActResult> {
  return inTransaction(pool, async (client) => {
    const incident = await lock(client, ref);
    if (incident === null) return { kind: "unknown" };
    if (incident.resolvedAt !== null) return { kind: "resolved", at: incident.resolvedAt };
    const link = via?.link ?? null;
    const usedAt = link === null ? null : await linkUsedAt(client, ref.incidentId, link);
    return usedAt === null ? work(client, incident) : { kind: "used", at: usedAt };
  });
}

/** When this link was used; null: it has not been used yet. */
export async function linkUsedAt(
  on: Pool | PoolClient,
  incidentId: string,
  link: string,
): Promise<Instant | null> {
  const rows = await on.query<{ at: Instant }>(
    `select ${epochMs("at")} as at from incident_entries
      where incident_id = $1 and link = $2 order by at limit 1`,
    [incidentId, link],
  );
  return rows[0]?.at ?? null;
}

// The check is not locked: pings of a check must never wait for a person.
async function lock(client: PoolClient, ref: IncidentRef): Promise<Incident | null> {
  const rows = await client.query<Incident>(
    `select i.check_id as "checkId", ${epochMs("i.resolved_at")} as "resolvedAt",
            ${epochMs("i.acknowledged_at")} as "acknowledgedAt",
            i.acknowledged_by as "acknowledgedBy"
       from incidents i join checks c on c.id = i.check_id and c.deleted_at is null
      where i.project_id = $1 and i.id = $2 for update of i`,
    [ref.projectId, ref.incidentId],
  );
  return rows[0] ?? null;
}

// The incident is due at once, so that the routes decide anew after every act.
async function update(
  client: PoolClient,
  ref: IncidentRef,
  { set, values }: { set: string; values: readonly unknown[] },
): Promise<void> {
  await client.query(`update incidents set ${set}, wake_at = ${NOW} where project_id = $1 and id = $2`, [
    ref.projectId,
    ref.incidentId,
    ...values,
  ]);
  await client.query("select pg_notify('overdue_incidents', '')");
}

async function record(
  client: PoolClient,
  { ref, incident, who, entry }: { ref: IncidentRef; incident: Incident; who: ByWhom; entry: Entry },
): Promise<ActResult> {
  await client.query(
    `insert into incident_entries (project_id, incident_id, at, kind, by, text, link)
     values ($1, $2, to_timestamp($3::float8 / 1000), $4, $5, $6, $7)`,
    [ref.projectId, ref.incidentId, who.at, entry.kind, who.by, entry.text, who.via?.link ?? null],
  );
  if (who.via !== undefined) await audit(client, { ref, by: who.by, at: who.at, via: who.via, entry });
  const { checkId } = incident;
  const changed = JSON.stringify({ projectId: ref.projectId, checkId });
  await client.query("select pg_notify('overdue_changes', $1)", [changed]);
  return { kind: "done", checkId };
}

const ACTIONS: Record<Entry["kind"], string> = {
  acknowledged: "incident.acknowledge",
  unacknowledged: "incident.unacknowledge",
  snoozed: "incident.snooze",
  note: "incident.note",
};

/** Writes an audit entry for an act outside the app; the API itself does so for those in the app or with a key. */
async function audit(
  client: PoolClient,
  { ref, by, at, via, entry }: { ref: IncidentRef; by: string; at: Instant; via: ActVia; entry: Entry },
): Promise<void> {
  await client.query(
    `insert into audit_entries (project_id, at, actor_kind, actor_id, actor_name, address, action, object_id,
       object_name, fields)
     select $1, to_timestamp($2::float8 / 1000), $3, '', $4, $5, $6, i.id, case when c.id is null then '' else ${checkNameSql("c")} end, '[]'::jsonb
       from incidents i left join checks c on c.project_id = i.project_id and c.id = i.check_id
      where i.project_id = $1 and i.id = $7`,
    [ref.projectId, at, via.kind, by, via.address, ACTIONS[entry.kind], ref.incidentId],
  );
}

/** What can be done to an incident from an alert. */
export const INCIDENT_ACTS = [
  "acknowledge",
  "snooze-30m",
  "snooze-2h",
  "snooze-tomorrow",
  "snooze-recovery",
] as const;
export type IncidentAct = (typeof INCIDENT_ACTS)[number];

/** `channelId`: the channel whose alert contains the link; the act is attributed to it. */
export type SignedAct = { incidentId: string; act: IncidentAct; channelId: string; expiresAt: Instant };

/** What a link is worth. `expired`: it is genuine, but no longer valid. */
export type ReadAct = { kind: "valid"; act: SignedAct } | { kind: "expired" } | { kind: "forged" };

const DAYS_VALID = 7;
/** A link to a page that asks before it acts. It names one incident, one act and one channel, and is valid for a week. */
export function actionLink(
  keyring: Keyring,
  { publicUrl, now, ...act }: Omit<SignedAct, "expiresAt"> & { publicUrl: string; now: Instant },
): string {
  const newest = newestKey(keyring);
  const signed = { ...act, expiresAt: now + DAYS_VALID * DAY_MS };
  const query = new URLSearchParams({
    incident: signed.incidentId,
    act: signed.act,
    channel: signed.channelId,
    expires: String(Math.floor(signed.expiresAt / 1000)),
    key: newest.id,
    signature: signatureOf(newest.key, signed),
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

/** Every act with its label and link, as an alert shows them. */
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

/** Reads the query of a link. It is forged if it differs in any way from what was signed. */
export function readAction(keyring: Keyring, query: URLSearchParams, now: Instant): ReadAct {
  const act = parse(query);
  const key = keyring.keys.find(({ id }) => id === query.get("key"));
  if (act === null || key === undefined) return { kind: "forged" };
  if (!isSameSecret(signatureOf(key.key, act), query.get("signature") ?? "")) return { kind: "forged" };
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
  return sign(key, "incident act", [incidentId, act, channelId, Math.floor(expiresAt / 1000)].join("|"));
}
