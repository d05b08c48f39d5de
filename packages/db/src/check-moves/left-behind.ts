import { sql } from "drizzle-orm";

import type { CheckRef } from "../checks/find-checks.ts";
import type { Tx } from "../database.ts";
import type { LeftBehind } from "../schema/checks.ts";
import { UNFINISHED } from "../schema/delivery-lists.ts";

/**
 * Cuts the links of a check to what stays in its project, and returns them. Deliveries stay with the channels that sent
 * them: they no longer say what they were about. Only reports of runs may be unfinished, and are superseded; dead letters count
 * as dealt with.
 */
export async function cutLinks(tx: Tx, { projectId, checkId }: CheckRef): Promise<LeftBehind> {
  const [left] = await tx.execute<LeftBehind>(sql`
    with channels_cut as (
      delete from check_channels where project_id = ${projectId} and check_id = ${checkId} returning channel_id
    ), above_cut as (
      delete from check_dependencies where project_id = ${projectId} and check_id = ${checkId} returning depends_on_id
    ), below_cut as (
      delete from check_dependencies where project_id = ${projectId} and depends_on_id = ${checkId} returning check_id
    ), windows_cut as (
      delete from maintenance_checks where project_id = ${projectId} and check_id = ${checkId} returning window_id
    ), entries_cut as (
      delete from status_page_entries e where project_id = ${projectId} and check_id = ${checkId} returning to_jsonb(e) as row
    ), forwards_cut as (
      delete from shadow_pings where project_id = ${projectId} and check_id = ${checkId}
    ), storms_cut as (
      update incidents set storm_id = null where project_id = ${projectId} and check_id = ${checkId} and storm_id is not null
    ), deliveries_cut as (
      update deliveries d set check_id = null, flip_id = null, incident_id = null,
        state = case when state in ${UNFINISHED} then 'superseded' else state end,
        finished_at = coalesce(finished_at, clock_timestamp()),
        dealt_with_at = case when state = 'failed' then coalesce(dealt_with_at, clock_timestamp()) else dealt_with_at end
      where project_id = ${projectId} and check_id = ${checkId}
      returning d.id, old.flip_id, old.incident_id
    )
    select coalesce((select json_agg(channel_id) from channels_cut), '[]') as "channelIds",
      coalesce((select json_agg(depends_on_id) from above_cut), '[]') as "dependsOnIds",
      coalesce((select json_agg(check_id) from below_cut), '[]') as "dependentIds",
      coalesce((select json_agg(window_id) from windows_cut), '[]') as "windowIds",
      coalesce((select json_agg(row) from entries_cut), '[]') as entries,
      coalesce((select json_agg(deliveries_cut) from deliveries_cut), '[]') as deliveries`);
  if (left === undefined) throw new Error("The statement returned no row.");
  return left;
}

/** Links a check again with what it had left in this project, as far as that is still there. */
export async function restoreLinks(
  tx: Tx,
  { projectId, checkId }: CheckRef,
  left: LeftBehind,
): Promise<void> {
  const json = JSON.stringify(left);
  await tx.execute(sql`
    with back as (select ${json}::jsonb as b), channels_back as (
      insert into check_channels (project_id, check_id, channel_id)
      select c.project_id, ${checkId}, c.id from back, channels c
       where c.project_id = ${projectId} and b -> 'channelIds' ? c.id::text and c.deleted_at is null
      on conflict do nothing
    ), windows_back as (
      insert into maintenance_checks (project_id, window_id, check_id)
      select w.project_id, w.id, ${checkId} from back, maintenance_windows w
       where w.project_id = ${projectId} and b -> 'windowIds' ? w.id::text
      on conflict do nothing
    ), entries_back as (
      insert into status_page_entries (id, project_id, page_id, check_id, group_name, name, position)
      select e.id, p.project_id, p.id, ${checkId}, e.group_name, e.name, e.position
        from back, jsonb_populate_recordset(null::status_page_entries, b -> 'entries') e
        join status_pages p on p.project_id = ${projectId} and p.id = e.page_id
      on conflict do nothing
    )
    update deliveries d set check_id = ${checkId}, flip_id = f.id, incident_id = i.id
      from back, jsonb_to_recordset(b -> 'deliveries') as x(id uuid, flip_id uuid, incident_id uuid)
      left join flips f on f.id = x.flip_id and f.check_id = ${checkId}
      left join incidents i on i.id = x.incident_id and i.check_id = ${checkId}
     where d.project_id = ${projectId} and d.id = x.id`);
  await restoreDependencies(tx, { projectId, checkId }, left);
}

/** The check has no dependents yet, so only those that come back could make a circle. */
async function restoreDependencies(
  tx: Tx,
  { projectId, checkId }: CheckRef,
  { dependsOnIds, dependentIds }: LeftBehind,
): Promise<void> {
  await tx.execute(sql`
    insert into check_dependencies (project_id, check_id, depends_on_id)
    select c.project_id, ${checkId}, c.id from checks c
     where c.project_id = ${projectId} and ${JSON.stringify(dependsOnIds)}::jsonb ? c.id::text
    on conflict do nothing`);
  await tx.execute(sql`
    with recursive above as (
      select depends_on_id as id from check_dependencies where check_id = ${checkId}
      union
      select d.depends_on_id from above a join check_dependencies d on d.check_id = a.id
    )
    insert into check_dependencies (project_id, check_id, depends_on_id)
    select c.project_id, c.id, ${checkId} from checks c
     where c.project_id = ${projectId} and ${JSON.stringify(dependentIds)}::jsonb ? c.id::text
       and c.id not in (select id from above)
    on conflict do nothing`);
}
