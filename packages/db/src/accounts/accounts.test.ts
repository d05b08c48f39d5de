import { randomUUID } from "node:crypto";

import { testDatabase } from "@overdue/testkit";
import { afterAll, describe, expect, test } from "vitest";

import { openDb, StaleVersion } from "../database.ts";
import {
  acceptInvitation,
  endInvitation,
  findInvitation,
  findInvitationByToken,
  invite,
  listInvitations,
  listInvitationsFor,
} from "../invitations/invitations.ts";
import { createKey, findKey, listKeysMadeBy } from "../keys/keys.ts";
import { moveProject } from "../organizations/move-project.ts";
import { createOrganization } from "../organizations/organizations.ts";
import {
  addMember,
  changeRole,
  findRole,
  LastOwner,
  listMembers,
  removeMember,
} from "../projects/members.ts";
import {
  countOwnedProjects,
  createProject,
  deleteProject,
  editProject,
  listProjects,
  restoreProject,
} from "../projects/projects.ts";
import {
  claimAccountMail,
  finishAccountMail,
  postponeAccountMail,
  queueAccountMail,
} from "./account-mails.ts";
import {
  consumeAccountToken,
  createUser,
  findAccountToken,
  findUserByEmail,
  newAccountToken,
} from "./accounts.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
const PAGE = { limit: 10, after: null };
afterAll(database.drop);

describe("a token", () => {
  test("is found for its purpose alone, and stored as its hash alone", async () => {
    const token = await newAccountToken(db, { purpose: "reset", email: "Anna@Example.org" });
    expect(await findAccountToken(db, "reset", token)).toMatchObject({ email: "anna@example.org" });
    expect(await findAccountToken(db, "verify", token)).toBeNull();
    const stored = await pool.query("select to_jsonb(t)::text as row from account_tokens t");
    expect(JSON.stringify(stored)).not.toContain(token);
  });

  test("is used once, by one of ten that come at the same time", async () => {
    const token = await newAccountToken(db, { purpose: "reset", email: anAddress() });
    const uses = await Promise.all(
      Array.from({ length: 10 }, () => db.transaction((tx) => consumeAccountToken(tx, "reset", token))),
    );
    expect(uses.filter((use) => use !== null)).toHaveLength(1);
    expect(await findAccountToken(db, "reset", token)).toBeNull();
  });

  test("that is used ends the earlier ones of its address and purpose, and no other", async () => {
    const email = anAddress();
    const [first, second] = [
      await newAccountToken(db, { purpose: "reset", email }),
      await newAccountToken(db, { purpose: "reset", email }),
    ];
    const verify = await newAccountToken(db, { purpose: "verify", email });
    const stranger = await newAccountToken(db, { purpose: "reset", email: anAddress() });
    await consumeAccountToken(db, "reset", second);
    expect(await findAccountToken(db, "reset", first)).toBeNull();
    expect(await findAccountToken(db, "verify", verify)).not.toBeNull();
    expect(await findAccountToken(db, "reset", stranger)).not.toBeNull();
  });

  test.each([
    ["reset", "59 minutes", true],
    ["reset", "61 minutes", false],
    ["sign-up", "23 hours", true],
    ["sign-up", "25 hours", false],
    ["verify", "25 hours", false],
    ["invitation", "71 hours", true],
    ["invitation", "73 hours", false],
  ] as const)("for %s is valid %s later: %s", async (purpose, later, isValid) => {
    const email = anAddress();
    const token = await newAccountToken(db, { purpose, email });
    await pool.query("update account_tokens set expires_at = expires_at - $2::interval where email = $1", [
      email,
      later,
    ]);
    expect((await findAccountToken(db, purpose, token)) !== null).toBe(isValid);
  });
});

describe("a mail about an account", () => {
  test("goes to one of several senders, and to another one only when its time is over", async () => {
    const email = anAddress();
    await queueAccountMail(db, { kind: "reset", email });
    const claims = await Promise.all([1, 2, 3].map(() => claimAccountMail(db)));
    const claimed = claims.filter((claim) => claim !== null);
    expect(claimed).toMatchObject([{ email, attempts: 1 }]);
    expect(await claimAccountMail(db)).toBeNull();
    await pool.query("update account_mails set due_at = due_at - interval '31 minutes'");
    expect(await claimAccountMail(db)).toMatchObject({ email, attempts: 2 });
    await finishAccountMail(db, claimed[0]?.id ?? "");
  });

  test("that is postponed comes after its delay, and one that was finished never", async () => {
    await queueAccountMail(db, { kind: "verify", email: anAddress() });
    const claimed = await claimAccountMail(db);
    const id = claimed?.id ?? "";
    await postponeAccountMail(db, id, 60);
    expect(await claimAccountMail(db)).toBeNull();
    await pool.query("update account_mails set due_at = due_at - interval '61 seconds'");
    expect(await claimAccountMail(db)).toMatchObject({ id });
    await finishAccountMail(db, id);
    await pool.query("update account_mails set due_at = now()");
    expect(await claimAccountMail(db)).toBeNull();
  });
});

describe("an invitation", () => {
  test("is accepted once, and makes the person a member with its role", async () => {
    const { projectId, invitationId, email } = await anInvitation();
    const userId = await aUser(email);
    const invitation = await findInvitation(db, invitationId);
    if (invitation === null) throw new Error("The invitation is open.");
    const accepted = await Promise.all(
      [1, 2, 3].map(() => db.transaction((tx) => acceptInvitation(tx, { invitation, userId }))),
    );
    expect(accepted.filter(Boolean)).toHaveLength(1);
    expect(await findRole(db, { projectId, userId })).toBe("member");
    expect(await findInvitation(db, invitationId)).toBeNull();
  });

  test("of an address that is invited already is the same one with the new role", async () => {
    const { projectId, ownerId, invitationId, email } = await anInvitation();
    const again = {
      to: { projectId },
      email: email.toUpperCase(),
      role: "viewer" as const,
      invitedBy: ownerId,
    };
    expect(await db.transaction((tx) => invite(tx, again))).toBe(invitationId);
    expect(await listInvitations(db, { projectId }, PAGE)).toMatchObject([
      { id: invitationId, role: "viewer" },
    ]);
  });

  test("is not made for a member", async () => {
    const { projectId, ownerId } = await aProjectOf();
    const [owner] = await pool.query<{ email: string }>("select email from users where id = $1", [ownerId]);
    const own = { to: { projectId }, email: owner?.email ?? "", role: "viewer" as const, invitedBy: ownerId };
    expect(await db.transaction((tx) => invite(tx, own))).toBeNull();
  });

  test.each(["declined", "revoked"] as const)(
    "that was %s is open no more, nor by its link",
    async (outcome) => {
      const { invitationId, email } = await anInvitation();
      const token = await newAccountToken(db, { purpose: "invitation", email, invitationId });
      expect(await findInvitationByToken(db, token)).toMatchObject({ id: invitationId });
      expect(await endInvitation(db, { invitationId }, outcome)).toBe(true);
      expect(await endInvitation(db, { invitationId }, outcome)).toBe(false);
      expect(await findInvitationByToken(db, token)).toBeNull();
      expect(await listInvitationsFor(db, email)).toEqual([]);
    },
  );

  test("that has expired cannot be accepted", async () => {
    const { invitationId } = await anInvitation();
    await pool.query("update invitations set expires_at = now() where id = $1", [invitationId]);
    expect(await findInvitation(db, invitationId)).toBeNull();
    expect(await endInvitation(db, { invitationId }, "accepted")).toBe(false);
  });

  test("of a deleted project is shown to nobody until the project is restored", async () => {
    const { projectId, ownerId, email } = await anInvitation();
    await deleteProject(db, projectId);
    expect(await listInvitationsFor(db, email)).toEqual([]);
    await restoreProject(pool, { projectId, userId: ownerId }, Date.now());
    expect(await listInvitationsFor(db, email)).toHaveLength(1);
  });
});

describe("a member", () => {
  test("who is the last owner keeps the role and stays", async () => {
    const { projectId, userId } = await aProjectOutside();
    const ref = { projectId, userId };
    await expect(changeRole(db, ref, { role: "viewer", seen: null })).rejects.toThrow(LastOwner);
    await expect(removeMember(db, ref, { endKeys: false, endInvitations: true })).rejects.toThrow(LastOwner);
    expect(await findRole(db, ref)).toBe("owner");
  });

  test("of two owners who leave at the same time one stays", async () => {
    const { projectId, userId: ownerId } = await aProjectOutside();
    const second = await aUser();
    await addMember(db, { projectId, userId: second, role: "owner" });
    const left = await Promise.allSettled(
      [ownerId, second].map((userId) =>
        removeMember(db, { projectId, userId }, { endKeys: false, endInvitations: true }),
      ),
    );
    expect(left.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const owners = await pool.query("select 1 from members where project_id = $1 and role = 'owner'", [
      projectId,
    ]);
    expect(owners).toHaveLength(1);
  });

  test("whose role somebody else changed meanwhile is not changed", async () => {
    const { projectId } = await aProjectOf();
    const ref = { projectId, userId: await aUser() };
    await addMember(db, { ...ref, role: "viewer" });
    await expect(changeRole(db, ref, { role: "owner", seen: "member" })).rejects.toThrow(StaleVersion);
    expect(await findRole(db, ref)).toBe("viewer");
  });

  test("who is removed may lose the keys that they made here, and no other", async () => {
    const [first, second] = [await aProjectOf(), await aProjectOf()];
    const userId = await aUser();
    const keys: string[] = [];
    for (const { projectId } of [first, second]) {
      await addMember(db, { projectId, userId, role: "member" });
      const { key } = await createKey(db, { projectId, name: "k", scope: "read", createdBy: userId });
      keys.push(key);
    }
    await removeMember(db, { projectId: first.projectId, userId }, { endKeys: true, endInvitations: true });
    const [lost, kept] = await Promise.all(keys.map((key) => findKey(db, key, Date.now())));
    expect(lost).toBeNull();
    expect(kept).not.toBeNull();
    expect(await listKeysMadeBy(db, { projectId: second.projectId, userId })).toHaveLength(1);
  });
});

describe("a project", () => {
  test("that is deleted is in nobody's list, keeps its rows, and comes back whole", async () => {
    const { projectId, ownerId } = await aProjectOf();
    const { key } = await createKey(db, { projectId, name: "k", scope: "write" });
    expect(await deleteProject(db, projectId)).toBe(true);
    expect(await deleteProject(db, projectId)).toBe(false);
    expect(await listProjects(db, ownerId)).toEqual([]);
    expect(await countOwnedProjects(db, ownerId)).toBe(0);
    expect(await findRole(db, { projectId, userId: ownerId })).toBeNull();
    expect(await findKey(db, key, Date.now())).toBeNull();
    await restoreProject(pool, { projectId, userId: ownerId }, Date.now());
    expect(await listProjects(db, ownerId)).toMatchObject([{ id: projectId }]);
    expect(await findKey(db, key, Date.now())).not.toBeNull();
  });

  test("is restored by its owners alone", async () => {
    const { projectId } = await aProjectOf();
    const userId = await aUser();
    await addMember(db, { projectId, userId, role: "member" });
    await deleteProject(db, projectId);
    await restoreProject(pool, { projectId, userId }, Date.now());
    expect(await listProjects(db, userId)).toEqual([]);
  });

  test("of two edits on top of one version the later one is refused", async () => {
    const { projectId } = await aProjectOf();
    const edits = await Promise.allSettled(
      ["one", "two"].map((name) => editProject(db, projectId, { edit: { name }, version: 1 })),
    );
    expect(edits.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});

test("an address has one account, however it is written", async () => {
  const email = anAddress();
  const userId = await aUser(email);
  await expect(aUser(email.toUpperCase())).rejects.toThrow(/users_email|Failed query/);
  expect(await findUserByEmail(db, email.toUpperCase())).toMatchObject({ id: userId });
});

function anAddress(): string {
  return `${randomUUID()}@example.org`;
}

function aUser(email = anAddress()): Promise<string> {
  return createUser(db, { email, passwordHash: "hash" });
}

async function aProjectOf() {
  const ownerId = await aUser();
  const { id: projectId } = await createProject(db, { name: "Ops", ownerId });
  return { projectId, ownerId };
}

/** Its owner has no role in its organization. */
async function aProjectOutside() {
  const { projectId } = await aProjectOf();
  const userId = await aUser();
  const by = { endKeys: false, endInvitations: false };
  const { id: organizationId } = await createOrganization(db, { name: "Elsewhere", ownerId: null });
  await addMember(db, { projectId, userId, role: "owner" });
  await moveProject(db, { projectId, userId }, organizationId);
  for (const member of await listMembers(db, projectId, PAGE)) {
    if (member.userId !== userId) await removeMember(db, { projectId, userId: member.userId }, by);
  }
  return { projectId, userId };
}

async function anInvitation() {
  const { projectId, ownerId } = await aProjectOf();
  const email = anAddress();
  const input = { to: { projectId }, email, role: "member" as const, invitedBy: ownerId };
  const invitationId = await db.transaction((tx) => invite(tx, input));
  return { projectId, ownerId, email, invitationId: invitationId ?? "" };
}
