import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const SLACK = {
  kind: "slack",
  name: "ops",
  settings: { url: "https://hooks.slack.com/services/T000/B000/part" },
};
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
type WithId = { id: string };

async function aPlace() {
  const someone = await person(api);
  const make = async (path: string, input: object) =>
    read<WithId>(await someone.as("POST", `${someone.path}/${path}`, input));
  const { id: checkId } = await make("checks", HOURLY);
  const { id: channelId } = await make("channels", { ...SLACK, checkIds: [] });
  const to = (afterMinutes: number) => ({ afterMinutes, targets: [{ kind: "channel", channelId }] });
  return { ...someone, make, checkId, channelId, to };
}

test("a route is made with its defaults, edited by what is sent, and deleted", async () => {
  const { as, path, to } = await aPlace();
  const made = await as("POST", `${path}/routes`, { name: "ops", steps: [to(0)] });
  expect(made.status).toBe(201);
  const route = await read<WithId & { steps: object[] }>(made);
  expect(route).toMatchObject({
    version: 1,
    position: 1,
    notifyOn: { changes: true, failures: false, runs: false, notices: false },
    steps: [{ afterMinutes: 0, ifUnacknowledged: true }],
    repeatMinutes: null,
    hours: null,
    recovery: true,
  });
  const edited = await as("PATCH", `${path}/routes/${route.id}`, { repeatMinutes: 60 });
  expect(await read(edited)).toMatchObject({
    version: 2,
    repeatMinutes: 60,
    steps: route.steps,
    name: "ops",
  });
  expect(edited.headers.get("etag")).toBe('"2"');
  expect((await as("DELETE", `${path}/routes/${route.id}`)).status).toBe(204);
  expect((await as("GET", `${path}/routes/${route.id}`)).status).toBe(404);
});

test("an edit that saw an older version is refused and changes nothing", async () => {
  const { as, path, make, to } = await aPlace();
  const { id } = await make("routes", { name: "ops", steps: [to(0)] });
  const url = `${path}/routes/${id}`;
  await as("PATCH", url, { name: "first" });
  const second = await as("PATCH", url, { name: "second" }, { "if-match": '"1"' });
  expect(second.status).toBe(412);
  expect(await read(await as("GET", url))).toMatchObject({ name: "first" });
});

test("routes stand in the order they are put in", async () => {
  const { as, path, make, to } = await aPlace();
  const ids = [];
  for (const name of ["a", "b", "c"]) ids.push((await make("routes", { name, steps: [to(0)] })).id);
  await as("PUT", `${path}/routes/order`, { ids: [ids[2], ids[0]] });
  const { items } = await read<{ items: { name: string }[] }>(await as("GET", `${path}/routes`));
  expect(items.map(({ name }) => name)).toEqual(["c", "a", "b"]);
});

test.each([
  ["channel", { kind: "channel", channelId: "0199a1b2-0000-7000-8000-000000000000" }],
  ["person", { kind: "person", personId: "0199a1b2-0000-7000-8000-000000000000" }],
  ["rotation", { kind: "on-call", rotationId: "0199a1b2-0000-7000-8000-000000000000" }],
])("a %s of nobody is refused, naming the field", async (what, target) => {
  const { as, path } = await aPlace();
  const response = await as("POST", `${path}/routes`, {
    name: "x",
    steps: [{ afterMinutes: 0, targets: [target] }],
  });
  expect(await read(response)).toMatchObject({
    status: 400,
    errors: [{ field: "steps", message: `A ${what} named here is not in this project.` }],
  });
});

test("the preview of Sunday at three names the person on call after a quarter of an hour, by the rotation", async () => {
  const { as, path, make, checkId, channelId } = await aPlace();
  const { id: personId } = await make("people", { name: "Anna", channelIds: [channelId] });
  const turns = {
    name: "Ops",
    timezone: "Europe/Berlin",
    every: "week",
    startsOn: "2026-11-23",
    handOverAt: "09:00",
  };
  const { id: rotationId } = await make("rotations", { ...turns, personIds: [personId] });
  await make("routes", {
    name: "Nights",
    steps: [{ afterMinutes: 15, targets: [{ kind: "on-call", rotationId }] }],
  });
  const asked = await as("GET", `${path}/checks/${checkId}/notification-preview?at=2026-11-29T02:00:00Z`);
  expect(await read(asked)).toMatchObject({
    ownersInstead: false,
    events: [],
    items: [
      {
        channelId,
        channelName: "ops",
        channelKind: "slack",
        kind: "down",
        at: "2026-11-29T02:15:00.000Z",
        afterSeconds: 900,
        because: "route “Nights”, step 1: Anna, on call in “Ops”",
        heldBack: null,
      },
    ],
  });
});

test("a channel that gets nothing now is answered with the reason, and who is notified instead", async () => {
  const { as, path } = await aPlace();
  const to = "nobody-agreed@example.net";
  await as("POST", `${path}/channels`, { kind: "email", name: "mail", settings: { to } });
  const hook = { kind: "webhook", name: "hook", settings: { url: "https://example.org/hook" }, checkIds: [] };
  const { id: hookId } = await read<{ id: string }>(await as("POST", `${path}/channels`, hook));
  const { items: checks } = await read<{ items: { id: string }[] }>(await as("GET", `${path}/checks`));
  const ask = async () => {
    const answer = await as("GET", `${path}/checks/${checks[0]?.id}/notification-preview`);
    const { items } = await read<{ items: { channelName: string; heldBack: string | null }[] }>(answer);
    return items.find(({ channelName }) => channelName === "mail")?.heldBack;
  };
  expect(await ask()).toBe(
    "Nobody has confirmed its address yet. The project's owners are notified instead.",
  );
  await as("PATCH", `${path}/channels/${hookId}`, { isFallback: true });
  expect(await ask()).toBe(
    "Nobody has confirmed its address yet. The fallback channel “hook” is notified instead.",
  );
});

test("a route may notify of runs, failures and notices, and the preview says when its hours let it", async () => {
  const { as, path, make, checkId, channelId, to } = await aPlace();
  const hours = {
    timezone: "UTC",
    weekdays: [1, 2, 3, 4, 5],
    from: "08:00",
    to: "18:00",
    outside: { kind: "hold" },
  };
  const notifyOn = { changes: false, failures: true, runs: false, notices: true };
  const { id } = await make("routes", { name: "Day", steps: [to(0)], notifyOn, hours });
  expect(await read(await as("GET", `${path}/routes/${id}`))).toMatchObject({ notifyOn });
  const question = `${path}/checks/${checkId}/notification-preview?at=2026-11-27T20:00:00Z`;
  const heard = { channelId, channelName: "ops", channelKind: "slack", because: "route “Day”" };
  const at = "2026-11-30T08:00:00.000Z";
  expect(await read(await as("GET", question))).toMatchObject({
    items: [],
    events: [
      { ...heard, notifyOn: "failures", at },
      { ...heard, notifyOn: "notices", at },
    ],
  });
  await as("PATCH", `${path}/routes/${id}`, { notifyOn: { ...notifyOn, runs: true }, hours: null });
  expect(await read(await as("GET", question))).toMatchObject({
    events: [
      { ...heard, notifyOn: "runs", at: "2026-11-27T20:00:00.000Z" },
      { ...heard, notifyOn: "notices" },
    ],
  });
});

test("a rotation says who is on call, and an override stands above the turns", async () => {
  const { as, path, make, channelId } = await aPlace();
  const { id: anna } = await make("people", { name: "Anna", channelIds: [channelId] });
  const { id: bob } = await make("people", { name: "Bob", channelIds: [channelId] });
  const turns = { name: "Ops", timezone: "UTC", every: "week", startsOn: "2026-01-05", handOverAt: "09:00" };
  const { id } = await make("rotations", { ...turns, personIds: [anna] });
  expect(await read(await as("GET", `${path}/rotations/${id}`))).toMatchObject({ onCall: { name: "Anna" } });
  const hour = 3_600_000;
  const until = new Date(Date.now() + hour).toISOString();
  const overrides = [{ personId: bob, from: new Date(Date.now() - hour).toISOString(), until }];
  const edited = await as("PATCH", `${path}/rotations/${id}`, { overrides });
  expect(await read(edited)).toMatchObject({ overrides, onCall: { personId: bob, name: "Bob", until } });
});
