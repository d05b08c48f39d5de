import {
  type Attempted,
  type AttemptRecord,
  openDb,
  type Keyring,
  type Pool,
  recordAttempts,
} from "@overdue/db";
import { DAY_MS, HOUR_MS, SECOND_MS } from "@overdue/schedules";

import type { Channels } from "./alerting.ts";

/** Since when the ticket system refuses everything, counted back from now. */
const BROKEN_FOR_MS = 20 * HOUR_MS;
/** One message in so many needs a second attempt. */
const RETRIED_ONE_IN = 37;
const RETRY_MS = 15 * SECOND_MS;

type Waiting = {
  id: string;
  projectId: string;
  channelId: string;
  kind: Attempted["claim"]["kind"];
  channelKind: string;
  /** When what it reports happened, in epoch milliseconds. */
  at: number;
  number: number;
  isFallback: boolean;
  isChannelSound: boolean;
};

type Seeded = { keyring: Keyring; checkId: string; channels: Channels };

/**
 * Records the deliveries of a check as the sender would have when they were written: with their attempts, the provider's answer
 * and its receipt. Runs in the transaction that wrote them, so that no sender sees them before. What the ticket system refuses
 * is left for `breakTickets`: a later message that arrives would mend the channel.
 */
export async function recordDeliveries(client: Pool, { keyring, checkId, channels }: Seeded): Promise<void> {
  await client.query(
    `update deliveries d set state = 'retry', next_attempt_at = now() + interval '1 hour' from flips f
      where d.check_id = $1 and d.channel_id = $2 and f.id = d.flip_id
        and f.at > now() - interval '${BROKEN_FOR_MS} milliseconds'`,
    [checkId, channels.tickets],
  );
  // An attempt that asks for a second one leaves it waiting.
  for (;;) {
    const waiting = await claimAll(client, "d.check_id = $1 and d.channel_id <> $2", [
      checkId,
      channels.tickets,
    ]);
    const tickets = await claimAll(
      client,
      "d.check_id = $1 and d.channel_id = $2 and (f.at is null or d.next_attempt_at <= now() + interval '1 minute')",
      [checkId, channels.tickets],
    );
    const all = [...waiting, ...tickets];
    if (all.length === 0) break;
    for (const one of all)
      await record(client, { one, keyring, finish: isRetried(one) ? UNAVAILABLE : sent(one) });
  }
  await moveToTheirTime(client, "d.check_id = $1", [checkId]);
}

/** Lets the ticket system refuse what came last, so that its channel is broken, and the fallback gets the alerts instead. */
export async function breakTickets(
  client: Pool,
  { keyring, channels: { tickets, mailbox } }: Omit<Seeded, "checkId">,
): Promise<void> {
  for (const one of await claimAll(client, "d.channel_id = $1", [tickets]))
    await record(client, { one, keyring, finish: REFUSED });
  for (const one of await claimAll(client, "d.channel_id = $1 and d.fallback_for is not null", [mailbox]))
    await record(client, { one, keyring, finish: sent(one) });
  await moveToTheirTime(
    client,
    "d.channel_id in ($1, $2) and (d.state = 'failed' or d.fallback_for is not null)",
    [tickets, mailbox],
  );
}

/** SQL: a UUID of version 7 of the time of what is reported, since lists are in the order of their ids. */
const ID_OF_TIME = `overlay(overlay(
  lpad(to_hex((extract(epoch from coalesce(f.at, d.created_at)) * 1000)::bigint), 12, '0') || '7'
    || substr(replace(gen_random_uuid()::text, '-', ''), 14)
  placing '-' from 9 for 0) placing '-' from 14 for 0)::uuid`;

/** Claims what waits, whether or not it is due. `where`: a condition on deliveries d and their flips f. */
async function claimAll(client: Pool, where: string, values: readonly string[]): Promise<Waiting[]> {
  const waiting = await client.query<Waiting>(
    `with wanted as (
       select d.id, coalesce(f.at, d.created_at) as at, ${ID_OF_TIME} as new_id
         from deliveries d left join flips f on f.id = d.flip_id
        where d.state in ('pending', 'retry') and ${where} for update of d)
     update deliveries d set state = 'sending', attempt = d.attempt + 1,
         id = case when d.attempt = 0 then w.new_id else d.id end
       from wanted w, channels c
      where d.id = w.id and c.id = d.channel_id
     returning d.id, d.project_id as "projectId", d.channel_id as "channelId", d.kind, c.kind as "channelKind",
       d.attempt as number, (extract(epoch from w.at) * 1000)::float8 as at, d.fallback_for is not null as "isFallback",
       c.broken_at is null and c.circuit_failures = 0 and c.circuit_step = 0 as "isChannelSound"`,
    values,
  );
  return waiting.toSorted((a, b) => a.at - b.at);
}

type One = { one: Waiting; keyring: Keyring; finish: Ending };

async function record(client: Pool, { one, keyring, finish }: One): Promise<void> {
  const { id: deliveryId, number: attempt, at: _, ...claimed } = one;
  const claim = {
    ...claimed,
    deliveryId,
    attempt,
    checkId: null,
    failures: attempt - 1,
    ageMs: 0,
    isProbe: false,
    isGroupLeader: false,
    circuitStep: 0,
  };
  // The owners are not notified of a channel that broke in an invented past.
  const contact = { keyring, mail: false };
  await recordAttempts(openDb(client), [{ claim, finish: { ...finish, startedAt: new Date() } }], contact);
}

function isRetried({ id, number }: Waiting): boolean {
  return number === 1 && Number.parseInt(id.slice(-6), 16) % RETRIED_ONE_IN === 0;
}

type Ending = Omit<AttemptRecord, "startedAt">;

const FAILED = { providerRef: null, uncertain: false };
const REFUSED: Ending = {
  ...FAILED,
  state: "failed",
  statusCode: 404,
  answer: "404 Not Found: no such integration.",
  retryInMs: 0,
  channelBrokenBecause: "404 Not Found: no such integration.",
};
const UNAVAILABLE: Ending = {
  ...FAILED,
  state: "retry",
  statusCode: 503,
  answer: "503 Service Unavailable.",
  retryInMs: RETRY_MS,
  channelBrokenBecause: null,
};

function sent({ channelKind, id }: Waiting): Ending {
  const [statusCode, answer] = channelKind === "email" ? [250, "2.0.0 Ok: queued"] : [200, "200 OK"];
  return {
    state: "sent",
    statusCode,
    answer,
    providerRef: channelKind === "email" ? `<${id}@overdue.example.org>` : null,
    retryInMs: 0,
    uncertain: false,
    channelBrokenBecause: null,
  };
}

/** Moves deliveries and attempts from now to a second after the flips that they report. */
async function moveToTheirTime(client: Pool, where: string, values: readonly string[]): Promise<void> {
  await client.query(
    `with moved as (
       update deliveries d set created_at = f.at, next_attempt_at = f.at,
         finished_at = f.at + least(d.attempt - 1, 1) * interval '15 seconds'
           + (200 + hashtext(d.id::text) & 1023) * interval '1 millisecond',
         latency_ms = case when d.state = 'sent'
           then least(d.attempt - 1, 1) * 15000 + (200 + hashtext(d.id::text) & 1023) end
         from flips f where ${where} and f.id = d.flip_id
       returning d.id, d.attempt, d.finished_at)
     update delivery_attempts a
        set started_at = m.finished_at - (m.attempt - a.attempt) * interval '15 seconds' - interval '140 milliseconds',
            finished_at = m.finished_at - (m.attempt - a.attempt) * interval '15 seconds'
       from moved m where a.delivery_id = m.id`,
    values,
  );
}

/** Moves the channels' own times to those of their newest messages. */
export async function moveChannelTimes(client: Pool, projectId: string): Promise<void> {
  await client.query(
    `update channels c set broken_at = case when c.broken_at is not null then d.broken_at end,
       last_sent_at = d.sent_at, created_at = now() - interval '${90 * DAY_MS} milliseconds'
       from (select channel_id, min(finished_at) filter (where state = 'failed') as broken_at,
               max(finished_at) filter (where state = 'sent') as sent_at
               from deliveries where project_id = $1 group by channel_id) d
      where c.project_id = $1 and c.id = d.channel_id and not c.internal`,
    [projectId],
  );
}
