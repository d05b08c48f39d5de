import { setTimeout as wait } from "node:timers/promises";

import type { Pool, PoolClient } from "../connection/pool.ts";
import type { Session } from "../connection/session.ts";

/** The role that a request in a project takes: it sees the rows of that project alone. Nobody can log in as it. */
export const PROJECT_ROLE = "overdue_app";
/** The setting that names the project, for the length of a transaction. */
export const PROJECT_SETTING = "overdue.project";

/** Tables that no request in a project needs: what proves who somebody is. */
const SIGN_IN_TABLES = [
  "accounts",
  "sessions",
  "verifications",
  "authenticators",
  "recovery_codes",
  "passkeys",
  "sign_in_states",
];

/**
 * SQL: creates the role and lets `login` take it, where that is missing and the session may do so. `inherit false`: the login's
 * own statements are not restricted by what restricts the role.
 */
function rolesFor(login: string): string {
  return `do $roles$ begin
    if to_regrole('${PROJECT_ROLE}') is null then create role ${PROJECT_ROLE} nologin; end if;
    if not pg_has_role(${login}, '${PROJECT_ROLE}', 'set') then
      execute format('grant ${PROJECT_ROLE} to %I with inherit false, set true', ${login}::text);
    end if;
  exception when insufficient_privilege or duplicate_object or unique_violation then null;
  end $roles$`;
}

/** Creates the role for a login that may not create roles itself. `session` is a superuser's. */
export async function createProjectRole(session: Session, login: string): Promise<void> {
  const [quoted] = await session.query<{ login: string }>("select quote_literal($1) as login", [login]);
  if (quoted !== undefined) await session.query(rolesFor(quoted.login));
}

/** SQL: each table of tenants, with the column that names the project. */
const TENANT_TABLES = `
  select c.oid, c.relname::text as name, a.attname::text as column from pg_class c
  join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and (a.attname = 'project_id' or (c.relname = 'projects' and a.attname = 'id'))`;

const UNPROTECTED_TABLES = `
  select t.* from (${TENANT_TABLES}) t join pg_class c on c.oid = t.oid
  where not c.relrowsecurity or not exists (
    select from pg_policy p where p.polrelid = t.oid and p.polname = 'overdue_project')`;

/** SQL: what the role has to be granted, as text for GRANT. Nobody changes the audit log, so this role cannot. */
const MISSING_GRANTS = `
  select format('%s on %I', w.rights, c.relname) as granted from pg_class c
  cross join lateral (select case
    when c.relname = 'audit_entries' then 'select, insert'
    when c.relkind = 'v' then 'select'
    else 'select, insert, update, delete' end as rights) w
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    and c.relname <> all ('{${SIGN_IN_TABLES.join()}}')
    and exists (select from unnest(string_to_array(w.rights, ', ')) as wanted (name)
      where not has_table_privilege(to_regrole('${PROJECT_ROLE}'), c.oid, wanted.name))
  union all
  select format('usage on sequence %I', c.relname) from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    and not has_sequence_privilege(to_regrole('${PROJECT_ROLE}'), c.oid, 'usage')`;

type Missing = "role" | "tables";

/** What is missing for requests to take the role; null: nothing. */
export async function findMissing(connection: Pool | PoolClient): Promise<Missing | null> {
  const [found] = await connection.query<{ role: boolean; tables: boolean }>(
    `select coalesce(pg_has_role(current_user, to_regrole('${PROJECT_ROLE}'), 'set'), false) as role,
      not exists (${UNPROTECTED_TABLES}) and not exists (${MISSING_GRANTS}) as tables`,
    [],
  );
  if (found?.role !== true) return "role";
  return found.tables ? null : "tables";
}

const TRIES_MAX = 5;
const RETRY_MS = 500;
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Installs row-level security: each table with a `project_id`, found in the catalog, gets a policy that shows the role
 * `overdue_app` the rows of the project in `overdue.project` alone, and none without one. The policy restricts that role and
 * no other: the owner's processes, those of an earlier release and the operator's own reports and dumps see what they saw.
 *
 * Does nothing where nothing is missing, or where the login may not create the role; then requests run without it. A table
 * that something else has locked for long is left for the next start: pings must not queue behind this.
 */
export async function installRowSecurity(client: PoolClient): Promise<void> {
  await client.query(rolesFor("current_user"));
  if ((await findMissing(client)) !== "tables") return;
  await client.query("set lock_timeout = '1s'");
  const unprotected = await client.query<{ name: string; column: string }>(UNPROTECTED_TABLES, []);
  for (const { name, column } of unprotected) await protect(client, name, column);
  await client.query(`grant usage on schema public to ${PROJECT_ROLE}`);
  const grants = await client.query<{ granted: string }>(MISSING_GRANTS, []);
  for (const { granted } of grants) await client.query(`grant ${granted} to ${PROJECT_ROLE}`);
  await client.query("reset lock_timeout");
}

/** One table at a time, so that no lock is held for longer than its own three statements. */
async function protect(client: PoolClient, name: string, column: string): Promise<void> {
  // As a subquery it is evaluated once for a statement, not for each row; beside the query's own condition, for none.
  const project = `(select nullif(current_setting('${PROJECT_SETTING}', true), '')::uuid)`;
  const statements = `
    alter table "${name}" enable row level security;
    drop policy if exists overdue_everyone on "${name}";
    drop policy if exists overdue_project on "${name}";
    create policy overdue_everyone on "${name}" using (true);
    create policy overdue_project on "${name}" as restrictive to ${PROJECT_ROLE} using ("${column}" = ${project})`;
  for (let tries = 1; ; tries += 1) {
    try {
      return void (await client.query(statements));
    } catch (error) {
      const isLocked = error instanceof Error && "code" in error && error.code === LOCK_NOT_AVAILABLE;
      if (!isLocked) throw error;
      if (tries >= TRIES_MAX) return;
      await wait(RETRY_MS);
    }
  }
}
