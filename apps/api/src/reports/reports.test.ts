import { schema, stopReportsLink } from "@overdue/db";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { join, keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi({ mail: true });
const mailless = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 }, name: "sync" };

type Choice = { every: string; dueAt: string | null; problem: string | null; to: string };

async function addMember(role: "owner" | "member" | "viewer") {
  const [owner, member] = [await person(api), await person(api)];
  await join(api, { projectId: owner.projectId, userId: member.userId, role });
  const mine = `${owner.path}/my-report`;
  return { owner, member, mine, choice: async () => await read<Choice>(await member.as("GET", mine)) };
}

test("an owner gets it each month until they choose otherwise, at nine on the first", async () => {
  const { choice, member } = await addMember("owner");
  const { dueAt, ...rest } = await choice();
  expect(rest).toMatchObject({ every: "month", problem: null, to: member.email });
  expect(dueAt).toMatch(/-01T09:00:00.000Z$/);
});

test.each(["member", "viewer"] as const)(
  "a %s gets none until they choose it, and then by their own clock",
  async (role) => {
    const { choice, member, mine } = await addMember(role);
    expect(await choice()).toMatchObject({ every: "none", dueAt: null });
    await member.as("PATCH", mine, { every: "week", timezone: "Asia/Kolkata" });
    const { every, dueAt } = await choice();
    expect(every).toBe("week");
    expect(new Date(dueAt ?? "").getUTCDay()).toBe(1);
    expect(dueAt).toContain("T03:30:00.000Z");
  },
);

test("a note on clock changes comes only where it is wished, also without any report", async () => {
  const { choice, member, mine } = await addMember("member");
  expect(await choice()).toMatchObject({ clockChanges: false });
  await member.as("PATCH", mine, { clockChanges: true });
  expect(await choice()).toMatchObject({ every: "none", clockChanges: true });
  await member.as("PATCH", mine, { every: "week" });
  expect(await choice()).toMatchObject({ every: "week", clockChanges: true });
  await member.as("PATCH", mine, { clockChanges: false });
  expect(await choice()).toMatchObject({ every: "week", clockChanges: false });
});

test("one member's choice is nobody else's", async () => {
  const { owner, member, mine } = await addMember("member");
  await member.as("PATCH", mine, { every: "week" });
  expect(await read(await owner.as("GET", mine))).toMatchObject({ every: "month" });
  const stranger = await person(api);
  expect((await stranger.as("GET", mine)).status).toBe(404);
});

test.each([
  [{ every: "daily" }, "every"],
  [{ timezone: "Mars/Base" }, "timezone"],
])("%j is refused, naming the field", async (patch, field) => {
  const { as, path } = await person(api);
  const answer = await as("PATCH", `${path}/my-report`, patch);
  expect(await read(answer)).toMatchObject({ status: 400, errors: [{ field }] });
});

test("without a mail server it says so, and sends none", async () => {
  const { as, path } = await person(mailless);
  const choice = await read<Choice>(await as("GET", `${path}/my-report`));
  expect(choice.problem).toContain("SMTP_URL");
  expect((await as("POST", `${path}/my-report/send`)).status).toBe(409);
});

test("one may be sent at once, by the way of every alert; the sixth in a minute is refused", async () => {
  const { as, path, projectId, email } = await person(api);
  const send = () => as("POST", `${path}/my-report/send`);
  expect((await send()).status).toBe(202);
  const rows = await api.db
    .select()
    .from(schema.deliveries)
    .where(eq(schema.deliveries.projectId, projectId));
  expect(rows).toMatchObject([{ kind: "report", state: "pending", payload: { period: { every: "month" } } }]);
  const [channel] = await api.db
    .select()
    .from(schema.channels)
    .where(eq(schema.channels.id, rows[0]?.channelId ?? ""));
  expect(channel).toMatchObject({ hint: email, internal: true });
  for (let count = 0; count < 4; count += 1) await send();
  expect((await send()).status).toBe(429);
});

test("the report of the running month has what is there", async () => {
  const { as, path, projectId } = await person(api);
  const { pingUrl } = await read<{ pingUrl: string }>(await as("POST", `${path}/checks`, HOURLY));
  await as("POST", `${path}/checks`, { ...HOURLY, name: "unheard" });
  await api.app.request(new URL(pingUrl).pathname);
  await api.app.request(`${new URL(pingUrl).pathname}/fail`);
  const key = await keyHolder(api, projectId, "read");
  const label = new Date(api.deps.now()).toISOString().slice(0, 7);
  const report = await read<object>(await key.as("GET", `${path}/report?period=${label}`));
  expect(report).toMatchObject({
    period: { label, isOver: false, next: null },
    checks: 2,
    downs: { now: 1, before: 0 },
    open: { total: 1, first: [{ name: "sync", reason: "failed" }] },
    neverRan: { total: 1, first: [{ name: "unheard" }] },
  });
});

test("a report of a project without checks has no uptime", async () => {
  const { as, path } = await person(api);
  expect(await read(await as("GET", `${path}/report?every=week`))).toMatchObject({
    period: { every: "week", isOver: true },
    checks: 0,
    uptime: { now: null, before: null },
  });
});

test.each(["2099-01", "2026-W54", "yesterday"])("there is no report of %s", async (period) => {
  const { as, path } = await person(api);
  const answer = await as("GET", `${path}/report?period=${period}`);
  expect(await read(answer)).toMatchObject({ status: 400, errors: [{ field: "period" }] });
});

async function stopLink() {
  const { as, path, projectId } = await person(api);
  await as("PATCH", `${path}/my-report`, { every: "week" });
  const [row] = await api.db.select().from(schema.reports).where(eq(schema.reports.projectId, projectId));
  const of = { publicUrl: "https://overdue.example.org", reportId: row?.id ?? "" };
  const link = new URL(stopReportsLink(api.deps.keyring, of));
  const choice = async () => await read<Choice>(await as("GET", `${path}/my-report`));
  return { at: link.pathname + link.search, choice };
}

test("opening the link of a report only asks", async () => {
  const { at, choice } = await stopLink();
  expect(await (await api.app.request(at)).text()).toContain("Stop these reports?");
  expect(await choice()).toMatchObject({ every: "week" });
});

test("one click of a mail program ends the reports", async () => {
  const { at, choice } = await stopLink();
  const body = "List-Unsubscribe=One-Click";
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  expect((await api.app.request(at, { method: "POST", body, headers })).status).toBe(200);
  expect(await choice()).toMatchObject({ every: "none", dueAt: null });
  expect(await (await api.app.request(at)).text()).toContain("No more reports");
});

test.each([
  ["another signature", (at: string) => at.replace(/signature=.{5}/, "signature=AAAAA")],
  ["another id", (at: string) => at.replace(/id=.{8}/, "id=00000000")],
  ["nothing", () => "/reports/stop"],
])("a link with %s ends nothing", async (_, forge) => {
  const { at, choice } = await stopLink();
  expect((await api.app.request(forge(at), { method: "POST" })).status).toBe(404);
  expect(await choice()).toMatchObject({ every: "week" });
});
