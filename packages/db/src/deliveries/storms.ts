import { type DeliveryKind, type Grouping, isInformational, splitTags } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { uuidArray } from "../sql-fragments.ts";

/** A delivery that may share a message with others, or has. */
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
  /** Its channel collects all that it gets into one message. */
  collects: boolean;
};
/** One that was sent lately: in which message, and when that went. */
export type SentLately = GroupableDelivery & { messageId: string; at: Instant };

/** By what an alert is grouped with others: what they share, or that all of its channel come together. */
export function groupKeys(one: GroupableDelivery): string[] {
  return one.collects || isInformational(one.kind) ? ["together"] : sharedKeys(one);
}

/** What an alert may share with others that a person knows of, as keys. */
function sharedKeys({ host, address, tags, dependsOn }: GroupableDelivery): string[] {
  return [
    ...(host === null ? [] : [`host ${host}`]),
    ...(address === null ? [] : [`address ${address}`]),
    ...splitTags(tags).map((tag) => `tag ${tag}`),
    ...dependsOn.map((id) => `dependency ${id}`),
  ];
}

/**
 * Makes incidents that were reported together, or one after another for what they share, a storm; it has a page of its own. What
 * a channel merely collected is none, unless it shares something.
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

/** The key that most of them have; empty where no two have one. */
function mostShared(alerts: readonly GroupableDelivery[]): string {
  const counts = new Map<string, number>();
  for (const key of alerts.flatMap(sharedKeys)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const [most] = [...counts].toSorted(([, one], [, other]) => other - one);
  return most !== undefined && most[1] > 1 ? most[0] : "";
}

function isDown({ kind }: GroupableDelivery): boolean {
  return kind === "down" || kind === "reminder";
}

/** Puts these incidents of a project into a storm; `stormId` null: into a new one. Those of another storm stay there. */
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
  // Rows that another transaction holds join with the next message.
  await tx.execute(sql`
    update incidents set storm_id = ${stormId}
    where id in (select id from incidents where project_id = ${storm.projectId}
                 and id = any(${uuidArray(incidentIds)}) and storm_id is null
                 for no key update skip locked)`);
}
