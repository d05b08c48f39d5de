import { randomUUID } from "node:crypto";

import { DAY_MS } from "@overdue/schedules";
import { alertScene, aPlan, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { createUser } from "../accounts/accounts.ts";
import { openDb } from "../database.ts";
import { addOrganizationMember } from "../organizations/organization-members.ts";
import { createOrganization } from "../organizations/organizations.ts";
import { createProject } from "../projects/projects.ts";
import { notePlanUsage } from "./note-usage.ts";
import { setPlan, storePlans } from "./store-plans.ts";
import { findUsage } from "./usage.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

await storePlans(db, [
  aPlan("usual", { isDefault: true }),
  aPlan("five", { projects: 5 }),
  aPlan("quiet", { alertsPerMonth: 1 }),
]);

const MAY = Date.UTC(2026, 4, 3);

async function aUser(email: string, isVerified = true): Promise<string> {
  const userId = await createUser(db, { email, passwordHash: "x" });
  await pool.query("update users set email_verified = $2 where id = $1", [userId, isVerified]);
  return userId;
}

/** An organization with two owners, of whom one has not proven the address, and a member. */
async function anOrganization(planName: string) {
  const tag = randomUUID();
  const owner = `owner-${tag}@example.org`;
  const { id: organizationId } = await createOrganization(db, { name: "Ops", ownerId: await aUser(owner) });
  const add = async (email: string, role: "owner" | "member", isVerified: boolean) =>
    await addOrganizationMember(db, { organizationId, userId: await aUser(email, isVerified), role });
  await add(`unproven-${tag}@example.org`, "owner", false);
  await add(`member-${tag}@example.org`, "member", true);
  await setPlan(db, organizationId, { plan: planName, until: null });
  return { organizationId, owner };
}

/** The mails about an organization that were queued since the last call. */
async function takeMails({
  organizationId,
}: {
  organizationId: string;
}): Promise<{ email: string; subject: string }[]> {
  return await pool.query<{ email: string; subject: string }>(
    "with gone as (delete from account_mails where said ->> 'path' = $1 returning *) select email, said ->> 'subject' as subject from gone order by email",
    [`/organizations/${organizationId}`],
  );
}

test("owners get one mail at 80 % and one when a limit is reached, however often it is looked at", async () => {
  const ops = await anOrganization("five");
  const { organizationId, owner } = ops;
  const add = () => createProject(db, { name: "more", ownerId: null, organizationId });
  for (let times = 0; times < 3; times += 1) await add();
  await notePlanUsage(db, MAY);
  expect(await takeMails(ops)).toEqual([]);
  await add();
  for (let day = 0; day < 5; day += 1) await notePlanUsage(db, MAY + day * DAY_MS);
  expect(await takeMails(ops)).toEqual([{ email: owner, subject: "Ops is near a limit: projects" }]);
  await add();
  for (let day = 0; day < 60; day += 1) await notePlanUsage(db, MAY + day * DAY_MS);
  expect(await takeMails(ops)).toEqual([{ email: owner, subject: "Ops has reached a limit: projects" }]);
});

test("the operators are notified of more alerts than allowed too, since all are sent", async () => {
  const operator = `operator-${randomUUID()}@example.org`;
  // The first account of an instance is an operator too.
  await pool.query("update users set is_operator = (id = $1)", [await aUser(operator)]);
  const ops = await anOrganization("quiet");
  const { organizationId, owner } = ops;
  const scene = await alertScene(db, { kind: "webhook", settings: {} });
  await pool.query("update projects set organization_id = $1 where id = $2", [
    organizationId,
    scene.projectId,
  ]);
  const down = await scene.down();
  expect((await findUsage(db, organizationId))?.usage.alertsPerMonth).toBe(0);
  await pool.query("update deliveries set state = 'sent' where id = $1", [down.deliveryId]);
  expect((await findUsage(db, organizationId))?.usage.alertsPerMonth).toBe(1);
  await notePlanUsage(db, MAY);
  const subject = "Ops has reached a limit: alerts a month";
  expect(await takeMails(ops)).toEqual([
    { email: operator, subject },
    { email: owner, subject },
  ]);
});

test("alerts of the month before, tests, and those that share a message are not counted", async () => {
  const { organizationId } = await anOrganization("quiet");
  const scene = await alertScene(db, { kind: "webhook", settings: {} });
  await pool.query("update projects set organization_id = $1 where id = $2", [
    organizationId,
    scene.projectId,
  ]);
  const sent = (more: string) =>
    pool.query(
      `insert into deliveries (project_id, channel_id, check_id, state, kind, leader_id, created_at)
       select $1, $2, $3, 'sent', ${more}`,
      [scene.projectId, scene.channelId, scene.checkId],
    );
  await sent("'down', null, date_trunc('month', now(), 'UTC') - interval '1 second'");
  await sent("'test', null, now()");
  await sent("'down', uuidv7(), now()");
  await sent("'down', null, date_trunc('month', now(), 'UTC')");
  expect((await findUsage(db, organizationId))?.usage.alertsPerMonth).toBe(1);
});

test("an organization without limits gets no mail, and without plans there is nothing to look at", async () => {
  const own = await testDatabase();
  const other = openDb(own.pool);
  const { id: organizationId } = await createOrganization(other, { name: "Ops", ownerId: null });
  await storePlans(other, [aPlan("usual", { isDefault: true })]);
  await notePlanUsage(other, MAY);
  expect(await findUsage(other, organizationId)).toMatchObject({ planName: "usual" });
  await storePlans(other, []);
  await notePlanUsage(other, MAY);
  expect(await findUsage(other, organizationId)).toBeNull();
  expect(await own.pool.query("select from account_mails union all select from plan_notices", [])).toEqual(
    [],
  );
  await own.drop();
});
