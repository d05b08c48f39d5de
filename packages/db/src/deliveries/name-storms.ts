import type { Gathered } from "@overdue/core";
import { sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { uuids } from "./due.ts";
import { type Gatherable, type Gone, keysOf } from "./gatherable.ts";

/** Makes incidents that were told together, or after one another for one trouble, a storm; it has a page of its own. */
export async function nameStorms(
  tx: Tx,
  messages: Gathered["messages"],
  { group, before }: { group: readonly Gatherable[]; before: readonly Gone[] },
): Promise<void> {
  const byId = new Map(group.map((one) => [one.id, one]));
  for (const { leadId, otherIds, keys } of messages) {
    const told = [leadId, ...otherIds].flatMap((id) => byId.get(id) ?? []).filter(isDown);
    const shared = new Set(told.flatMap(keysOf));
    const all = [
      ...told,
      ...before.filter((one) => isDown(one) && keysOf(one).some((key) => shared.has(key))),
    ];
    const incidentIds = [...new Set(all.flatMap(({ incidentId }) => incidentId ?? []))];
    const [first] = told;
    if (first === undefined || incidentIds.length < 2) continue;
    const stormId = all.find((one) => one.stormId !== null)?.stormId ?? null;
    await join(
      tx,
      { projectId: first.projectId, stormId, shared: keys[0] ?? [...shared][0] ?? "" },
      incidentIds,
    );
  }
}

function isDown({ kind }: Gatherable): boolean {
  return kind === "down" || kind === "reminder";
}

async function join(
  tx: Tx,
  storm: { projectId: string; stormId: string | null; shared: string },
  incidentIds: readonly string[],
): Promise<void> {
  let { stormId } = storm;
  if (stormId === null) {
    const { rows } = await tx.execute<{ id: string }>(sql`
      insert into storms (project_id, opened_at, shared)
      select ${storm.projectId}, min(opened_at), ${storm.shared} from incidents where id = any(${uuids(incidentIds)})
      returning id`);
    stormId = rows[0]?.id ?? null;
  }
  // Rows that another transaction holds join with the next message.
  await tx.execute(sql`
    update incidents set storm_id = ${stormId}
    where id in (select id from incidents where id = any(${uuids(incidentIds)}) and storm_id is null
                 for no key update skip locked)`);
}
