import { addMember, addOrganizationMember } from "@overdue/db";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi({ mail: true });
type Invitation = { id: string; role: string };
type Audit = { items: { action: string }[] };

const pathOf = (who: { organizationId: string }) => `/v1/organizations/${who.organizationId}`;

test("signing up makes one's own organization with the first project in it", async () => {
  const ada = await person(api);
  const me = await read<{ projects: object[]; organizations: object[] }>(await ada.as("GET", "/v1/me"));
  expect(me.organizations).toMatchObject([{ id: ada.organizationId, role: "owner" }]);
  expect(me.projects).toMatchObject([{ id: ada.projectId, organizationId: ada.organizationId }]);
  const { items } = await read<{ items: object[] }>(await ada.as("GET", `${pathOf(ada)}/projects`));
  expect(items).toMatchObject([{ id: ada.projectId }]);
});

test("an accepted invitation opens every project of the organization, also those to come", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const input = { email: bob.email, role: "member" };
  const { id } = await read<Invitation>(await ada.as("POST", `${pathOf(ada)}/invitations`, input));
  expect((await bob.as("GET", ada.path)).status).toBe(404);
  const accepted = await bob.as("POST", `/v1/invitations/${id}/accept`, {});
  expect(await read(accepted)).toEqual({ projectId: null, organizationId: ada.organizationId });
  expect(await read(await bob.as("GET", ada.path))).toMatchObject({ role: "member" });
  const made = await ada.as("POST", "/v1/projects", { name: "Second" });
  const second = await read<{ id: string }>(made);
  expect(await read(await bob.as("GET", `/v1/projects/${second.id}`))).toMatchObject({ role: "member" });
  const { items } = await read<Audit>(await ada.as("GET", `${ada.path}/audit`));
  expect(items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["invitation.create", "invitation.accept"]),
  );
});

test.each(["project", "organization"])(
  "an admin of a %s gives nobody more than they have, and touches no owner",
  async (place) => {
    const [ada, bob] = [await person(api), await person(api)];
    const path = place === "project" ? ada.path : pathOf(ada);
    if (place === "project")
      await addMember(api.db, { projectId: ada.projectId, userId: bob.userId, role: "admin" });
    else
      await addOrganizationMember(api.db, {
        organizationId: ada.organizationId,
        userId: bob.userId,
        role: "admin",
      });
    const invite = (role: string) =>
      bob.as("POST", `${path}/invitations`, { email: `${role}-${place}@example.org`, role });
    expect(await read(await invite("owner"))).toMatchObject({
      status: 403,
      detail: "role: You cannot invite somebody as owner, since your own role is admin.",
    });
    expect((await invite("admin")).status).toBe(201);
    expect((await bob.as("PATCH", `${path}/members/${bob.userId}`, { role: "owner" })).status).toBe(403);
    expect((await bob.as("PATCH", `${path}/members/${ada.userId}`, { role: "viewer" })).status).toBe(403);
    expect((await bob.as("DELETE", `${path}/members/${ada.userId}`)).status).toBe(403);
  },
);

test("the old name of a role is taken, and answered by the new one", async () => {
  const ada = await person(api);
  const input = { email: "old-name@example.org", role: "editor" };
  const made = await ada.as("POST", `${ada.path}/invitations`, input);
  expect(await read(made)).toMatchObject({ role: "member" });
});

test("what a member made is listed before the removal, which ends it or keeps it", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const { organizationId } = ada;
  await addOrganizationMember(api.db, { organizationId, userId: bob.userId, role: "admin" });
  await bob.as("POST", `${ada.path}/keys`, { name: "ci", scope: "read" });
  await bob.as("POST", `${ada.path}/invitations`, { email: "kim@example.org", role: "viewer" });
  await bob.as("POST", `${pathOf(ada)}/invitations`, { email: "lee@example.org", role: "viewer" });
  const member = `${pathOf(ada)}/members/${bob.userId}`;
  expect(await read(await ada.as("GET", `${member}/made`))).toMatchObject({
    keys: [{ name: "ci" }],
    invitations: [{ email: "lee@example.org" }, { email: "kim@example.org" }],
  });
  expect((await ada.as("DELETE", `${member}?keys=end&invitations=end`)).status).toBe(204);
  expect(await read(await ada.as("GET", `${ada.path}/keys`))).toMatchObject({ items: [] });
  expect(await read(await ada.as("GET", `${ada.path}/invitations`))).toMatchObject({ items: [] });
  expect((await bob.as("GET", ada.path)).status).toBe(404);
});

test("everybody leaves an organization by themselves, except its last owner", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const { organizationId } = ada;
  await addOrganizationMember(api.db, { organizationId, userId: bob.userId, role: "viewer" });
  expect((await bob.as("POST", `${pathOf(ada)}/leave`)).status).toBe(204);
  expect((await bob.as("GET", pathOf(ada))).status).toBe(404);
  expect(await read(await ada.as("POST", `${pathOf(ada)}/leave`))).toMatchObject({
    status: 409,
    detail: "This is the last owner: make somebody else an owner first.",
  });
});

test("a project is made in another organization by its admins alone", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const { organizationId } = ada;
  const make = () => bob.as("POST", "/v1/projects", { name: "Bob's", organizationId });
  expect((await make()).status).toBe(404);
  await addOrganizationMember(api.db, { organizationId, userId: bob.userId, role: "member" });
  expect((await make()).status).toBe(403);
  await addOrganizationMember(api.db, { organizationId, userId: bob.userId, role: "admin" });
  expect(await read(await make())).toMatchObject({ role: "owner", organization: { id: organizationId } });
});

test("an organization without projects is deleted and restored, one with projects is not", async () => {
  const ada = await person(api);
  expect(await read(await ada.as("DELETE", pathOf(ada)))).toMatchObject({
    status: 409,
    detail: "The organization has projects: delete them first.",
  });
  const { id } = await read<{ id: string }>(await ada.as("POST", "/v1/organizations", { name: "Lab" }));
  const lab = `/v1/organizations/${id}`;
  expect(await read(await ada.as("PATCH", lab, { name: "Shed" }))).toMatchObject({
    name: "Shed",
    version: 2,
  });
  expect((await ada.as("DELETE", lab)).status).toBe(204);
  expect((await ada.as("GET", lab)).status).toBe(404);
  expect(await read(await ada.as("POST", `${lab}/restore`))).toMatchObject({ name: "Shed", role: "owner" });
});
