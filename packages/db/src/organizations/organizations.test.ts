import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import { testDatabase } from "@overdue/testkit";
import { sql } from "drizzle-orm";
import { afterAll, describe, expect, test } from "vitest";

import { createUser } from "../accounts/accounts.ts";
import { openDb, StaleVersion } from "../database.ts";
import { acceptInvitation, findInvitation, invite, listInvitations } from "../invitations/invitations.ts";
import { createKey, findKey } from "../keys/keys.ts";
import {
  addMember,
  changeRole,
  findMember,
  findRole,
  InByOrganization,
  LastOwner,
  listMembers,
  removeMember,
} from "../projects/members.ts";
import { createProject, listProjects } from "../projects/projects.ts";
import { MEMBER_ROLES } from "../projects/roles.ts";
import { editReportChoice, findReportChoice } from "../reports/choices.ts";
import { members, projects } from "../schema/index.ts";
import { moveProject } from "./move-project.ts";
import {
  addOrganizationMember,
  changeOrganizationRole,
  removeOrganizationMember,
} from "./organization-members.ts";
import {
  createOrganization,
  deleteOrganization,
  findOrganizationRole,
  HasProjects,
  listOrganizations,
  renameOrganization,
  restoreOrganization,
} from "./organizations.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

const PAGE = { limit: 100, after: null };
const KEEP = { endKeys: false, endInvitations: false };

describe("the role in a project", () => {
  const pairs = MEMBER_ROLES.flatMap((own) => MEMBER_ROLES.map((there) => [own, there] as const));

  test.each(pairs)("is the stronger one of %s there and %s in its organization", async (own, there) => {
    const { projectId, organizationId } = await anOrganization();
    const userId = await aUser();
    await addMember(db, { projectId, userId, role: own });
    expect(await findRole(db, { projectId, userId })).toBe(own);
    await addOrganizationMember(db, { organizationId, userId, role: there });
    const stronger = MEMBER_ROLES[Math.max(MEMBER_ROLES.indexOf(own), MEMBER_ROLES.indexOf(there))];
    expect(await findRole(db, { projectId, userId })).toBe(stronger);
    expect(await findMember(db, { projectId, userId })).toMatchObject({ role: stronger, ownRole: own });
    expect(await listProjects(db, userId)).toMatchObject([{ id: projectId, role: stronger }]);
  });

  test("of an admin is an editor's for a process of the release before", async () => {
    const { projectId } = await anOrganization();
    const userId = await aUser();
    await addMember(db, { projectId, userId, role: "admin" });
    const rows = await pool.query("select role from members where project_id = $1 and user_id = $2", [
      projectId,
      userId,
    ]);
    expect(rows).toEqual([{ role: "editor" }]);
  });

  test("that the organization gives is neither lowered nor ended in the project", async () => {
    const { projectId, organizationId } = await anOrganization();
    const userId = await aUser();
    await addOrganizationMember(db, { organizationId, userId, role: "member" });
    const ref = { projectId, userId };
    await expect(changeRole(db, ref, { role: "viewer", seen: null })).rejects.toThrow(InByOrganization);
    await expect(removeMember(db, ref, KEEP)).rejects.toThrow(InByOrganization);
    expect(await changeRole(db, ref, { role: "admin", seen: "member" })).toBe(true);
    await removeOrganizationMember(db, { organizationId, userId }, KEEP);
    expect(await findRole(db, ref)).toBe("admin");
  });
});

describe("an organization", () => {
  test("keeps its last owner, and of two who leave at the same time one stays", async () => {
    const { organizationId, ownerId } = await anOrganization();
    const first = { organizationId, userId: ownerId };
    await expect(changeOrganizationRole(db, first, { role: "admin", seen: null })).rejects.toThrow(LastOwner);
    await expect(removeOrganizationMember(db, first, KEEP)).rejects.toThrow(LastOwner);
    const second = { organizationId, userId: await aUser() };
    await addOrganizationMember(db, { ...second, role: "owner" });
    const left = await Promise.allSettled(
      [first, second].map((ref) => removeOrganizationMember(db, ref, KEEP)),
    );
    expect(left.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("is renamed once for each version that was seen", async () => {
    const { organizationId } = await anOrganization();
    await renameOrganization(db, organizationId, { name: "Lab", version: 1 });
    await expect(renameOrganization(db, organizationId, { name: "Shed", version: 1 })).rejects.toThrow(
      StaleVersion,
    );
  });

  test("with projects is not deleted; an empty one is, and comes back to its owner alone", async () => {
    const { organizationId } = await anOrganization();
    await expect(deleteOrganization(db, organizationId)).rejects.toThrow(HasProjects);
    const userId = await aUser();
    const { id } = await createOrganization(db, { name: "Empty", ownerId: userId });
    await deleteOrganization(db, id);
    expect(await listOrganizations(db, userId)).toEqual([]);
    expect(await findOrganizationRole(db, { organizationId: id, userId })).toBeNull();
    expect(await restoreOrganization(db, { organizationId: id, userId: await aUser() })).toBe(false);
    expect(await restoreOrganization(db, { organizationId: id, userId })).toBe(true);
    expect(await findOrganizationRole(db, { organizationId: id, userId })).toBe("owner");
  });

  test("that is left takes the person's keys and invitations in all of its projects along, where that is asked", async () => {
    const { organizationId, projectId } = await anOrganization();
    const second = await createProject(db, { name: "Web", ownerId: null, organizationId });
    const userId = await aUser();
    await addOrganizationMember(db, { organizationId, userId, role: "admin" });
    const keys = await Promise.all(
      [projectId, second.id].map((id) =>
        createKey(db, { projectId: id, name: "ci", scope: "read", createdBy: userId }),
      ),
    );
    const email = `${randomUUID()}@example.org`;
    for (const to of [{ organizationId }, { projectId }])
      await db.transaction((tx) => invite(tx, { to, email, role: "viewer", invitedBy: userId }));
    await removeOrganizationMember(db, { organizationId, userId }, { endKeys: true, endInvitations: true });
    for (const { key } of keys) expect(await findKey(db, key, Date.now())).toBeNull();
    expect(await listInvitations(db, { organizationId }, PAGE)).toEqual([]);
    expect(await listInvitations(db, { projectId }, PAGE)).toEqual([]);
  });

  test("is joined by an accepted invitation, once, with its role in every project", async () => {
    const { organizationId, projectId, ownerId } = await anOrganization();
    const [email, userId] = [`${randomUUID()}@example.org`, await aUser()];
    const invitationId = await db.transaction((tx) =>
      invite(tx, { to: { organizationId }, email, role: "admin", invitedBy: ownerId }),
    );
    const invitation = await findInvitation(db, invitationId ?? "");
    if (invitation === null) throw new Error("It was just made.");
    expect(invitation).toMatchObject({ organizationId, projectId: null, name: "Ops", role: "admin" });
    const accept = () => db.transaction((tx) => acceptInvitation(tx, { invitation, userId }));
    expect(await accept()).toBe(true);
    expect(await accept()).toBe(false);
    expect(await findRole(db, { projectId, userId })).toBe("admin");
  });
});

test("a report ends when its reader is no longer in the project, and not before", async () => {
  const { organizationId, projectId } = await anOrganization();
  const ref = { projectId, userId: await aUser() };
  await addOrganizationMember(db, { organizationId, userId: ref.userId, role: "viewer" });
  await editReportChoice(db, ref, { edit: { every: "week" }, version: null, now: Date.now() });
  await addMember(db, { ...ref, role: "viewer" });
  await removeOrganizationMember(db, { organizationId, userId: ref.userId }, KEEP);
  expect(await findReportChoice(db, ref)).toMatchObject({ every: "week" });
  await removeMember(db, ref, KEEP);
  expect(await pool.query("select 1 from reports where user_id = $1", [ref.userId])).toEqual([]);
});

test("a project that moves leaves behind who was in it by the organization, and keeps its mover as an owner", async () => {
  const { organizationId, projectId, ownerId } = await anOrganization();
  const mover = await aUser();
  await addOrganizationMember(db, { organizationId, userId: mover, role: "owner" });
  const { id: other } = await createOrganization(db, { name: "Other", ownerId: mover });
  await db.delete(members).where(sql`project_id = ${projectId}`);
  expect(await moveProject(db, { projectId, userId: mover }, other)).toBe(true);
  const people = await listMembers(db, projectId, PAGE);
  expect(people.map(({ userId, role }) => [userId, role])).toEqual([[mover, "owner"]]);
  expect(await findRole(db, { projectId, userId: ownerId })).toBeNull();
});

test("a process of the release before makes a project whose first owner owns its organization", async () => {
  const userId = await aUser();
  const [row] = await pool.query<{ id: string }>(
    "insert into projects (name, badge_key) values ('Old', $1) returning id",
    [randomUUID()],
  );
  await pool.query("insert into members (project_id, user_id, role) values ($1, $2, 'owner')", [
    row?.id,
    userId,
  ]);
  expect(await listOrganizations(db, userId)).toMatchObject([{ name: "Old", role: "owner" }]);
});

test("the migration gives projects with the same owners one organization of these owners, and nobody more rights", async () => {
  const own = await testDatabase();
  const old = openDb(own.pool);
  await own.pool.query("drop trigger projects_organization on projects");
  await own.pool.query("drop trigger members_organization on members");
  await own.pool.query("alter table projects alter column organization_id drop not null");
  const [ada, bob] = [await aUser("ada@example.org", old), await aUser("bob@example.org", old)];
  const owners = { one: [ada], two: [ada], shared: [bob, ada], bobs: [bob], keys: [] };
  for (const [name, some] of Object.entries(owners)) {
    const [project] = await old.insert(projects).values({ name, badgeKey: name }).returning();
    const projectId = project?.id ?? "";
    for (const userId of some) await addMember(old, { projectId, userId, role: "owner" });
    if (name === "one") await addMember(old, { projectId, userId: bob, role: "member" });
  }
  const before = await own.pool.query(RIGHTS);
  const file = readFileSync(new URL("../../migrations/0021_organizations.sql", import.meta.url), "utf8");
  const statement = file.split("--> statement-breakpoint").find((part) => part.includes("WITH owned"));
  await own.pool.query(statement ?? "");
  expect(await own.pool.query(RIGHTS)).toEqual(before);
  const rows = await own.pool.query(`select o.name, string_agg(p.name, ', ' order by p.name) as projects
    from organizations o join projects p on p.organization_id = o.id group by o.id order by 2`);
  expect(rows).toEqual([
    { name: "bob", projects: "bobs" },
    { name: "keys", projects: "keys" },
    { name: "ada", projects: "one, two" },
    { name: "shared", projects: "shared" },
  ]);
  await own.drop();
});

const RIGHTS = `select p.name, u.email, pp.role from project_people pp join projects p on p.id = pp.project_id
  join users u on u.id = pp.user_id order by 1, 2`;

async function anOrganization() {
  const ownerId = await aUser();
  const { id: organizationId } = await createOrganization(db, { name: "Ops", ownerId });
  const { id: projectId } = await createProject(db, { name: "Ops", ownerId, organizationId });
  return { organizationId, projectId, ownerId };
}

async function aUser(email = `${randomUUID()}@example.org`, on = db): Promise<string> {
  return await createUser(on, { email, passwordHash: "x" });
}
