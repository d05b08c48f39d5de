import type { PoolClient } from "pg";

/**
 * Lets the routes look at once at the open incidents of whatever depends on these checks, which have just come up. An
 * incident that somebody holds is left to its next look, within a minute: nobody waits for it here.
 */
export async function wakeDependents(client: PoolClient, checkIds: readonly string[]): Promise<void> {
  if (checkIds.length === 0) return;
  const { rowCount } = await client.query({
    name: "wake-dependents",
    text: `with recursive below as (
             select d.check_id from check_dependencies d where d.depends_on_id = any($1::uuid[])
             union
             select d.check_id from below b join check_dependencies d on d.depends_on_id = b.check_id
           ), held as (
             select i.id from incidents i join below b on b.check_id = i.check_id
              where i.resolved_at is null for no key update of i skip locked
           )
           update incidents i set wake_at = clock_timestamp() from held where i.id = held.id`,
    values: [[...checkIds]],
  });
  if ((rowCount ?? 0) > 0) await client.query("select pg_notify('overdue_incidents', '')");
}
