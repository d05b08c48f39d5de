import { type OtherAnswers, weighRefusal } from "@overdue/core";
import { sql, type SQL } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import type { Db, Tx } from "../database.ts";
import { NOW, uuidArray } from "../sql-fragments.ts";
import type { Attempted } from "./record-attempts.ts";

/**
 * Mails that the mail server refuses for reasons that only the operator can solve. They are stored as facts of the instance,
 * one for each domain that mails go to: a server that accepts mail for its own domain may refuse other domains.
 */

/** A refusal that has not been repeated for this long is over, because retries come more often. */
const LATELY = "2 hours";
/** After refusals for this long, the mails that other addresses got decide whether this address is at fault. */
const UNSURE_FOR = "10 minutes";

const REFUSED = "mail refused for ";
const UNSURE = "mail unsure ";

/** SQL: the name of the fact for a channel. `channel`: the alias of the table `channels` in the statement. */
function factOf(channel: SQL): SQL {
  return sql`(${REFUSED} || lower(split_part(${channel}.hint, '@', 2)))`;
}

/** SQL: whether the mail server refuses a channel's mails until the operator has solved that. `channel`: its alias. */
export function isRefused(channel: SQL): SQL {
  return sql`(${channel}.kind = 'email' and exists (select from instance_facts refusal where refusal.name = ${factOf(channel)}
    and refusal.created_at > clock_timestamp() - ${LATELY}::interval))`;
}

/**
 * SQL: whether the next mail of a channel may be refused too, because mails were refused lately and none of its own has
 * arrived since. `channel`: its alias.
 */
export function isDoubtful(channel: SQL): SQL {
  return sql`(${channel}.kind = 'email' and exists (select from instance_facts refusal
    where refusal.name like ${`${REFUSED}%`} and refusal.created_at > clock_timestamp() - ${LATELY}::interval
      and refusal.created_at > coalesce(${channel}.last_sent_at, '-infinity')))`;
}

/** Stores the refusals among these attempts that only the operator can solve. */
export async function noteRefusals(tx: Tx, attempts: readonly Attempted[]): Promise<void> {
  for (const { claim, finish } of attempts.filter((ended) => ended.finish.blames === "operator")) {
    await tx.execute(sql`
      insert into instance_facts (name, value, created_at)
      select ${factOf(sql`c`)}, ${finish.answer}, clock_timestamp() from channels c
      where c.id = ${claim.channelId} and c.kind = 'email'
      on conflict (name) do update set value = excluded.value, created_at = excluded.created_at`);
  }
}

/** A mail that arrived proves that the server accepts mails again, so those that it refused are sent now. */
export async function clearRefusals(db: Db | Tx, attempts: readonly Attempted[]): Promise<void> {
  const arrived = attempts.filter(
    ({ claim, finish }) => finish.state === "sent" && claim.channelKind === "email",
  );
  if (arrived.length === 0) return;
  const ids = uuidArray(arrived.map(({ claim }) => claim.channelId));
  const rows = await db.execute<{ name: string }>(sql`
    delete from instance_facts f using channels c
    where c.id = any(${ids}) and f.name in (${factOf(sql`c`)}, ${UNSURE} || c.id) returning f.name`);
  const names = rows.map(({ name }) => name).filter((name) => name.startsWith(REFUSED));
  if (names.length === 0) return;
  await db.execute(sql`
    update deliveries d set next_attempt_at = ${NOW} from channels c
    where d.state = 'retry' and c.project_id = d.project_id and c.id = d.channel_id and c.kind = 'email'
      and ${factOf(sql`c`)} in (select json_array_elements_text(${JSON.stringify(names)}::json))`);
  await notifySenders(db);
}

/**
 * Decides who is at fault for refusals whose text does not show it: if another address is refused in the same way, the mail
 * server is; if the server accepts mail for the same domain meanwhile, the address is. Until either is known, the mail is
 * tried again.
 */
export async function weighRefusals(tx: Tx, attempts: readonly Attempted[]): Promise<Attempted[]> {
  const weighed: Attempted[] = [];
  for (const ended of attempts) {
    weighed.push(ended.finish.blames === "unsure" ? await weigh(tx, ended) : ended);
  }
  return weighed;
}

async function weigh(tx: Tx, { claim, finish }: Attempted): Promise<Attempted> {
  const name = `${UNSURE}${claim.channelId}`;
  await tx.execute(sql`
    insert into instance_facts (name, value, created_at) values (${name}, clock_timestamp()::text, clock_timestamp())
    on conflict (name) do update set created_at = excluded.created_at, value = case
      when instance_facts.created_at > clock_timestamp() - ${LATELY}::interval then instance_facts.value
      else excluded.value end`);
  const rows = await tx.execute<OtherAnswers>(sql`
    select f.value::timestamptz < clock_timestamp() - ${UNSURE_FOR}::interval and exists (
        select from channels o where o.kind = 'email' and o.hint <> c.hint
          and lower(split_part(o.hint, '@', 2)) = lower(split_part(c.hint, '@', 2))
          and o.last_sent_at > f.value::timestamptz) as "sameDomainTakes",
      exists (select from instance_facts e join channels o on e.name = ${UNSURE} || o.id and o.hint <> c.hint
        where e.name like ${`${UNSURE}%`} and e.created_at > clock_timestamp() - ${LATELY}::interval)
        as "othersRefused"
    from instance_facts f, channels c where f.name = ${name} and c.id = ${claim.channelId}`);
  const [seen] = rows;
  return seen === undefined
    ? { claim, finish }
    : { claim, finish: { ...finish, ...weighRefusal(finish, seen) } };
}

/** Whether the mail server refuses mails now. */
export async function isMailRefused(db: Db): Promise<boolean> {
  return (await refusalProblems(db)).length > 0;
}

/** The present refusal in a sentence for the operator; empty while mails are accepted. */
export async function refusalProblems(db: Db): Promise<string[]> {
  const rows = await db.execute<{ value: string }>(sql`
    select value from instance_facts
    where name like ${`${REFUSED}%`} and created_at > clock_timestamp() - ${LATELY}::interval
    order by created_at desc limit 1`);
  return rows.map(
    ({ value }) =>
      `The mail server (SMTP_URL) refuses mails of Overdue: “${value}” Alerts by mail are tried again, and go to other channels meanwhile where a project has one.`,
  );
}
