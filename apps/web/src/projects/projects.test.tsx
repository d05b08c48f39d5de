// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import { fakeApi, page, problem } from "../../test/fake-api.ts";
import { AT, PROJECT } from "../../test/fixtures.ts";
import { renderPart, tableRows } from "../../test/render.tsx";
import type { Role } from "../ui/role.tsx";
import { Invitations } from "./invitations.tsx";
import { KeyCard } from "./key-card.tsx";
import { MemberCard } from "./member-card.tsx";
import { PingKeyCard, ProjectCard } from "../pages/project-settings-page.tsx";
import type { MemberView } from "./people-queries.ts";
import { type KeyView, projectQuery, type ProjectView } from "./project-queries.ts";

const PATH = `/v1/projects/${PROJECT}`;
const project: ProjectView = {
  id: PROJECT,
  name: "Home server",
  organization: { id: "o1", name: "Ada" },
  role: "owner",
  pingKey: "pk_1234",
  timezone: "Europe/Berlin",
  checksFromPings: "asked",
  retention: { pings: 1_000, pingDays: 90, runDays: 400 },
  version: 1,
  createdAt: AT,
};
const key: KeyView = {
  id: "k1",
  name: "terraform",
  scope: "write",
  prefix: "ov_ab12",
  createdAt: AT,
  expiresAt: null,
  networks: [],
  lastUsedAt: null,
  lastUsedFrom: null,
};
const ada: MemberView = { userId: "ada", name: "Ada", email: "ada@example.org", role: "owner", since: AT };
const bob: MemberView = { userId: "bob", name: "Bob", email: "bob@example.org", role: "member", since: AT };

const OPEN = {
  id: "v1",
  email: "eve@example.org",
  role: "viewer",
  invitedBy: "Ada",
  createdAt: AT,
  expiresAt: new Date(Date.now() + 7_300_000).toISOString(),
};

describe("the name of a project", () => {
  test("is saved by its owners", async () => {
    const sent = fakeApi({ [`PATCH ${PATH}`]: { ...project, name: "Lab", version: 2 } });
    const { user, client } = await renderPart(<ProjectCard project={project} />);
    const name = screen.getByLabelText(/^Name/);
    await user.clear(name);
    await user.type(name, "Lab");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByText("Saved.");
    expect(sent[0]?.json).toEqual({ name: "Lab", timezone: "Europe/Berlin", checksFromPings: "asked" });
    expect(client.getQueryData(projectQuery(PROJECT).queryKey)?.name).toBe("Lab");
  });

  test("cannot be saved before it was changed", async () => {
    await renderPart(<ProjectCard project={project} />);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(true);
  });

  test("is read again where somebody else changed it before", async () => {
    const sent = fakeApi({
      [`PATCH ${PATH}`]: () => problem(412, { code: "stale", detail: "Somebody else was first." }),
    });
    const { user, client } = await renderPart(<ProjectCard project={project} />);
    client.setQueryData(projectQuery(PROJECT).queryKey, project);
    await user.type(screen.getByLabelText(/^Name/), "!");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Somebody else was first.");
    expect(client.getQueryState(projectQuery(PROJECT).queryKey)?.isInvalidated).toBe(true);
    expect(sent).toHaveLength(1);
  });

  test("is only shown to others", async () => {
    await renderPart(<ProjectCard project={{ ...project, role: "viewer" }} />);
    expect(
      screen.getByText("Home server, time zone Europe/Berlin. Only admins and owners can change this."),
    ).toBeTruthy();
    expect(screen.queryByRole("textbox")).toBeNull();
  });
});

test.each([
  ["pk_1234", "pk_1234"],
  [null, "Viewers cannot see it."],
])("the ping key %s is shown as: %s", async (pingKey, text) => {
  await renderPart(<PingKeyCard project={{ ...project, pingKey }} />);
  expect(screen.getByText(text)).toBeTruthy();
});

describe("API keys", () => {
  async function renderKeys(handlers: Parameters<typeof fakeApi>[0] = {}, keys: KeyView[] = [key]) {
    const sent = fakeApi({ [`GET ${PATH}/keys`]: page(...keys), ...handlers });
    const rendered = await renderPart(<KeyCard projectId={PROJECT} />);
    await waitFor(() => expect(screen.queryByText("Loading…")).toBeNull());
    return { ...rendered, sent: () => sent.filter(({ method }) => method !== "GET") };
  }

  test("are listed with their scope and the beginning of the key, never the key itself", async () => {
    await renderKeys({}, [{ ...key, lastUsedAt: new Date().toISOString(), lastUsedFrom: "203.0.113.7" }]);
    expect(tableRows()).toEqual([
      ["terraform", "write", "ov_ab12…", "just now from 203.0.113.7", "anywhere", "–", ""],
    ]);
  });

  test("are shown once when they are created, and not after they were copied", async () => {
    const { user, sent } = await renderKeys({ [`POST ${PATH}/keys`]: { ...key, key: "ov_ab12secret" } });
    await user.type(screen.getByLabelText(/^Name/), "backup");
    await user.selectOptions(screen.getByLabelText("Scope"), "Ping checks by their slug, nothing else");
    await user.click(screen.getByRole("button", { name: "Create key" }));
    expect((await screen.findByLabelText("API key")).textContent).toBe("ov_ab12secret");
    expect(sent()[0]?.json).toEqual({ name: "backup", scope: "ping", expiresAt: null, networks: [] });
    await user.click(screen.getByRole("button", { name: "I have copied it" }));
    expect(screen.queryByText("ov_ab12secret")).toBeNull();
  });

  test("are rotated, which shows the new key", async () => {
    const { user } = await renderKeys({
      [`POST ${PATH}/keys/k1/rotate`]: { ...key, id: "k2", key: "ov_cd34new" },
    });
    await user.click(screen.getByRole("button", { name: "Rotate terraform" }));
    expect((await screen.findByLabelText("API key")).textContent).toBe("ov_cd34new");
  });

  test("are revoked only after a question", async () => {
    const { user, sent } = await renderKeys({ [`DELETE ${PATH}/keys/k1`]: {} });
    await user.click(screen.getByRole("button", { name: "Revoke terraform" }));
    const question = within(await screen.findByRole("dialog"));
    expect(sent()).toEqual([]);
    await user.click(question.getByRole("button", { name: "Revoke terraform" }));
    await waitFor(() => expect(sent().map(({ method }) => method)).toEqual(["DELETE"]));
  });
});

describe("members", () => {
  async function renderMembers(handlers: Parameters<typeof fakeApi>[0] = {}, own: Role = "owner") {
    const sent = fakeApi({
      [`GET ${PATH}/members`]: page(ada, bob),
      [`GET ${PATH}/invitations`]: page(),
      [`GET ${PATH}/members/bob/made`]: { keys: [key], invitations: [{ ...OPEN, email: "kim@example.org" }] },
      ...handlers,
    });
    const rendered = await renderPart(<MemberCard place={{ projectId: PROJECT }} own={own} />);
    await screen.findByText("Bob");
    return { ...rendered, sent: () => sent.filter(({ method }) => method !== "GET") };
  }

  test("are listed with their roles for those who cannot change them", async () => {
    await renderMembers({}, "viewer");
    expect(tableRows()).toEqual([
      ["Ada", "ada@example.org", "Owner: everything"],
      ["Bob", "bob@example.org", "Member: checks, channels, routes"],
    ]);
    expect(screen.queryByLabelText("Invite by e-mail")).toBeNull();
  });

  test("get another role from an owner", async () => {
    const { user, sent } = await renderMembers({ [`PATCH ${PATH}/members/bob`]: { ...bob, role: "viewer" } });
    await user.selectOptions(screen.getByLabelText("Role of Bob"), "Viewer");
    await screen.findByText("The role of Bob is changed.");
    expect(sent()[0]?.json).toEqual({ role: "viewer" });
  });

  test("are removed after a question that names the keys which keep working", async () => {
    const { user, sent } = await renderMembers({ [`DELETE ${PATH}/members/bob`]: {} });
    await user.click(screen.getByRole("button", { name: "Remove Bob" }));
    const question = within(await screen.findByRole("dialog"));
    await question.findByText("terraform (write)");
    await user.click(question.getByRole("button", { name: "Remove Bob" }));
    await screen.findByText("Bob is no longer a member.");
    expect(sent()[0]?.query).toEqual({ keys: "keep", invitations: "end" });
  });

  test("are removed together with their keys on request", async () => {
    const { user, sent } = await renderMembers({ [`DELETE ${PATH}/members/bob`]: {} });
    await user.click(screen.getByRole("button", { name: "Remove Bob" }));
    const question = within(await screen.findByRole("dialog"));
    await user.click(await question.findByLabelText("Revoke these keys too"));
    await question.findByText("kim@example.org (viewer)");
    await user.click(question.getByLabelText("Revoke these invitations too"));
    await user.click(question.getByRole("button", { name: "Remove Bob" }));
    await waitFor(() => expect(sent()[0]?.query).toEqual({ keys: "end", invitations: "keep" }));
  });

  test("who are in by the organization alone are removed there, and an owner is not changed by an admin", async () => {
    const inBoth = [ada, { ...bob, ownRole: null }];
    await renderMembers({ [`GET ${PATH}/members`]: page(...inBoth) }, "admin");
    expect(tableRows().map((row) => row.slice(2))).toEqual([
      ["Owner: everything", ""],
      ["ViewerMemberAdmin", "by the organization"],
    ]);
    expect(screen.queryByRole("button", { name: "Remove Bob" })).toBeNull();
  });

  test("cannot leave as the last owner, and learn what to do", async () => {
    const detail = "You are the last owner. Make somebody else an owner first.";
    const { user } = await renderMembers({ [`POST ${PATH}/leave`]: () => problem(409, { detail }) });
    await user.click(screen.getByRole("button", { name: "Leave this project" }));
    await user.click(await screen.findByRole("button", { name: "Leave" }));
    expect((await screen.findByRole("alert")).textContent).toContain(detail);
  });
});

describe("invitations", () => {
  const invitation = OPEN;

  async function renderInvitations(handlers: Parameters<typeof fakeApi>[0]) {
    const sent = fakeApi({ [`GET ${PATH}/invitations`]: page(), ...handlers });
    const rendered = await renderPart(<Invitations place={{ projectId: PROJECT }} own="owner" />);
    return { ...rendered, sent: () => sent.filter(({ method }) => method !== "GET") };
  }

  test("are sent by e-mail with a role", async () => {
    const { user, sent } = await renderInvitations({
      [`POST ${PATH}/invitations`]: { ...invitation, link: null },
    });
    await user.type(screen.getByLabelText(/^Invite by e-mail/), "eve@example.org");
    await user.selectOptions(screen.getByLabelText("Role"), "Member: checks, channels, routes");
    await user.click(screen.getByRole("button", { name: "Invite" }));
    await screen.findByText("eve@example.org is invited, and becomes a member by accepting.");
    expect(sent()[0]?.json).toEqual({ email: "eve@example.org", role: "member" });
  });

  test("are shown as a link where the instance has no mail server", async () => {
    const link = "https://overdue.example/invitation?token=t";
    const { user } = await renderInvitations({ [`POST ${PATH}/invitations`]: { ...invitation, link } });
    await user.type(screen.getByLabelText(/^Invite by e-mail/), "eve@example.org");
    await user.click(screen.getByRole("button", { name: "Invite" }));
    expect((await screen.findByLabelText("invitation link")).textContent).toBe(link);
  });

  test("that the server refuses show why below the address", async () => {
    const errors = [{ field: "email", message: "This person is a member already." }];
    const { user } = await renderInvitations({
      [`POST ${PATH}/invitations`]: () => problem(409, { detail: "", errors }),
    });
    await user.type(screen.getByLabelText(/^Invite by e-mail/), "bob@example.org");
    await user.click(screen.getByRole("button", { name: "Invite" }));
    expect(await screen.findByText("This person is a member already.")).toBeTruthy();
  });

  test("that are open are listed, and revoked on request", async () => {
    const { user, sent } = await renderInvitations({
      [`GET ${PATH}/invitations`]: page(invitation),
      [`DELETE ${PATH}/invitations/v1`]: {},
    });
    await screen.findByRole("table");
    expect(tableRows()).toEqual([["eve@example.org", "viewer", "in 2 h 1 min", ""]]);
    await user.click(screen.getByRole("button", { name: "Revoke the invitation of eve@example.org" }));
    await waitFor(() => expect(sent().map(({ method }) => method)).toEqual(["DELETE"]));
  });
});
