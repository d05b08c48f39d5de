import { addOrganizationMember } from "@overdue/db";
import { expect, test } from "vitest";

import { documentOf, operationsIn } from "../test/document.ts";
import { BODIES, fillProject } from "../test/one-of-everything.ts";
import { join, person, read, testApi } from "../test/test-api.ts";

const api = await testApi();
const operations = operationsIn(await documentOf(api));
const ada = await person(api);
const eve = await person(api);
const ids: Record<string, string> = { ...(await fillProject(api, ada)), userId: eve.userId };
await join(api, { projectId: ada.projectId, userId: eve.userId, role: "member" });
/** Is in the organization, where roles of the project do not count. */
const zoe = await person(api);
await addOrganizationMember(api.db, {
  organizationId: ada.organizationId,
  userId: zoe.userId,
  role: "viewer",
});

/** A passkey has a name alone, which only its owner sees and changes. */
const OF_ONE_PERSON = ["/v1/me/passkeys/{passkeyId}"];
const edits = operations
  .filter(({ method, path }) => method === "PATCH" && !OF_ONE_PERSON.includes(path))
  .map(({ path }) => path);
/** Lists that are sent whole: they are small, or, as the overviews, grow only up to the checks that a project may have. */
const WHOLE = [
  "/v1/projects/{projectId}/quarantine",
  "/v1/projects/{projectId}/check-overviews",
  "/v1/projects/{projectId}/clock-changes",
  "/v1/timezones",
  "/v1/schedulers",
  "/v1/channel-kinds",
  "/v1/schedules/readings",
  "/v1/projects/{projectId}/checks/{checkId}/findings",
  "/v1/projects/{projectId}/checks/{checkId}/metrics",
  "/v1/projects/{projectId}/checks/{checkId}/notification-preview",
];
/** What follows from an edit; `ownRole`: from the role. */
const STATE = ["version", "updatedAt", "ownRole"];

test("there are edits to look at", () => expect(edits.length).toBeGreaterThanOrEqual(4));

test.each(edits)("PATCH %s writes only what is sent", async (path) => {
  const before = await readItem(path);
  const patch = bodyOf(path);
  const answer = await ada.as("PATCH", fillPath(path), patch);
  expect(answer.status).toBe(200);
  expect(withoutState(await readItem(path))).toEqual(withoutState({ ...before, ...patch }));
});

test.each(edits)("PATCH %s of nothing changes nothing", async (path) => {
  const before = withoutState(await readItem(path));
  expect((await ada.as("PATCH", fillPath(path), {})).status).toBe(200);
  expect(withoutState(await readItem(path))).toEqual(before);
});

test.each(edits)("PATCH %s is refused where somebody else was first", async (path) => {
  const url = fillPath(path);
  await ada.as("PATCH", url, otherBodyOf(path));
  const etag = (await ada.as("GET", url)).headers.get("etag") ?? "";
  expect(etag).toMatch(/^".+"$/);
  const first = await ada.as("PATCH", url, bodyOf(path), { "if-match": etag });
  expect(first.status).toBe(200);
  expect(first.headers.get("etag")).not.toBe(etag);
  const late = await ada.as("PATCH", url, otherBodyOf(path), { "if-match": etag });
  expect(late.status).toBe(412);
  expect(await read(late)).toMatchObject({ code: "version_conflict" });
  expect((await ada.as("GET", url)).headers.get("etag")).toBe(first.headers.get("etag"));
});

test.each(edits)("PATCH %s takes no tag that it cannot have given", async (path) => {
  const answer = await ada.as("PATCH", fillPath(path), bodyOf(path), { "if-match": "not-in-quotes" });
  expect(answer.status).toBe(400);
});

const lists = operations
  .filter(({ method, path, operation }) => {
    const schema = operation.responses["200"]?.content?.["application/json"]?.schema;
    return (
      method === "GET" &&
      path.startsWith("/v1") &&
      JSON.stringify(schema ?? {}).includes('"items":{"type":"array"')
    );
  })
  .filter(({ path, operation }) => !WHOLE.includes(path) && operation.deprecated !== true);

test.each(lists.map((list) => [list.path, list] as const))(
  "GET %s is paged and bounded",
  async (path, list) => {
    const asked = (list.operation.parameters ?? []).map(({ name }) => name);
    expect(asked).toEqual(expect.arrayContaining(["limit", "cursor"]));
    const page = await read<{ items: unknown[] }>(await ada.as("GET", `${fillPath(path)}?limit=1`));
    expect(page.items.length).toBeLessThanOrEqual(1);
    expect(page).toHaveProperty("next");
    expect((await ada.as("GET", `${fillPath(path)}?limit=201`)).status).toBe(400);
    expect((await ada.as("GET", `${fillPath(path)}?cursor=made-up`)).status).toBe(400);
  },
);

async function readItem(path: string): Promise<Record<string, unknown>> {
  const answer = await ada.as("GET", fillPath(path));
  expect(answer.status).toBe(200);
  return await read(answer);
}

function withoutState(view: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(view).filter(([name]) => !STATE.includes(name)));
}

function bodyOf(path: string): object {
  const body = BODIES[`PATCH ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`];
  if (body === undefined) throw new Error(`PATCH ${path} has no body in one-of-everything.ts.`);
  return body;
}

/** Of fields that do not take just any text. */
const OTHERS: Record<string, string> = { role: "member", timezone: "UTC" };

/** Another value for the same field. */
function otherBodyOf(path: string): object {
  const [[field, value] = ["", ""]] = Object.entries(bodyOf(path));
  return { [field]: OTHERS[field] ?? `${String(value)} again` };
}

function fillPath(path: string): string {
  const known = path.startsWith("/v1/organizations/") ? { ...ids, userId: zoe.userId } : ids;
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => known[name] ?? "");
}
