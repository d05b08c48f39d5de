import { type DeliveryKind, type Grouping, isInformational, splitTags } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { uuidArray } from "../sql-fragments.ts";

/** A delivery that may share a message with others, or did share one. */
export type GroupableDelivery = {
  id: string;
  projectId: string;
  channelId: string;
  kind: DeliveryKind;
  /** When it was written. */
  since: Instant;
  checkId: string | null;
  incidentId: string | null;
  stormId: string | null;
  host: string | null;
  address: string | null;
  tags: string;
  dependsOn: string[];
  /** Whether its channel collects its messages into a digest. */
  collects: boolean;
};
/** A delivery that was sent lately, with its message and when that was sent. */
export type SentLately = GroupableDelivery & { messageId: string; at: Instant };

/** The keys by which a delivery is grouped with others: what they share, or a single key if all of its channel come together. */
export function groupKeys(one: GroupableDelivery): string[] {
  return one.collects || isInformational(one.kind) ? ["together"] : sharedKeys(one);
}

/** What an alert may share with others: its host, its address, its tags and its dependencies. */
function sharedKeys({ host, address, tags, dependsOn }: GroupableDelivery): string[] {
  return [
    ...(host === null ? [] : [`host ${host}`]),
    ...(address === null ? [] : [`address ${address}`]),
    ...splitTags(tags).map((tag) => `tag ${tag}`),
    ...dependsOn.map((id) => `dependency ${id}`),
  ];
}

/**
 * Makes a storm of incidents that were reported together, or one after another and share something. Those that a channel
 * merely collected into one message are none, unless they share something.
 */
export async function nameStorms(
  tx: Tx,
  messages: Grouping["messages"],
  { group, before }: { group: readonly GroupableDelivery[]; before: readonly SentLately[] },
): Promise<void> {
  const byId = new Map(group.map((one) => [one.id, one]));
  for (const { leaderId, otherIds } of messages) {
    const reported = [leaderId, ...otherIds].flatMap((id) => byId.get(id) ?? []).filter(isDown);
    const own = new Set(reported.flatMap(sharedKeys));
    const all = [
      ...reported,
      ...before.filter((one) => isDown(one) && sharedKeys(one).some((key) => own.has(key))),
    ];
    const shared = mostShared(all);
    if (shared === "" && reported.some(({ collects }) => collects)) continue;
    const incidentIds = [...new Set(all.flatMap(({ incidentId }) => incidentId ?? []))];
    const [first] = reported;
    if (first === undefined || incidentIds.length < 2) continue;
    const stormId = all.find((one) => one.stormId !== null)?.stormId ?? null;
    await joinStorm(tx, { projectId: first.projectId, stormId, shared }, incidentIds);
  }
}

/** The key that most alerts have; empty if no two share a key. */
function mostShared(alerts: readonly GroupableDelivery[]): string {
  const counts = new Map<string, number>();
  for (const key of alerts.flatMap(sharedKeys)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const [most] = [...counts].toSorted(([, one], [, other]) => other - one);
  return most !== undefined && most[1] > 1 ? most[0] : "";
}

function isDown({ kind }: GroupableDelivery): boolean {
  return kind === "down" || kind === "reminder";
}

/** Puts incidents of a project into a storm; `stormId` null: into a new one. Incidents that belong to another storm stay there. */
export async function joinStorm(
  tx: Db | Tx,
  storm: { projectId: string; stormId: string | null; shared: string },
  incidentIds: readonly string[],
): Promise<void> {
  let { stormId } = storm;
  if (stormId === null) {
    const rows = await tx.execute<{ id: string }>(sql`
      insert into storms (project_id, opened_at, shared)
      select ${storm.projectId}, min(opened_at), ${storm.shared} from incidents
      where project_id = ${storm.projectId} and id = any(${uuidArray(incidentIds)}) having count(*) > 0
      returning id`);
    stormId = rows[0]?.id ?? null;
  }
  // An incident that another transaction has locked joins with the next message.
  await tx.execute(sql`
    update incidents set storm_id = ${stormId}
    where id in (select id from incidents where project_id = ${storm.projectId}
                 and id = any(${uuidArray(incidentIds)}) and storm_id is null
                 for no key update skip locked)`);
}
