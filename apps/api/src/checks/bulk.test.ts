import { describe, expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
type Check = {
  id: string;
  name: string;
  pingUrl: string;
  tags: string[];
  channelIds: string[];
  status: string;
};
type Result = { checkId: string; outcome: string; message?: string };

/** A project with two checks, and what is needed to act on both. */
async function withTwo() {
  const someone = await person(api);
  const make = (name: string) =>
    someone
      .as("POST", `${someone.path}/checks`, { ...HOURLY, name, tags: [name] })
      .then((made) => read<Check>(made));
  const [one, two] = [await make("one"), await make("two")];
  const bulk = async (action: object, checkIds = [one.id, two.id]) => {
    const answer = await someone.as("POST", `${someone.path}/checks/bulk`, { ...action, checkIds });
    return (await read<{ results: Result[] }>(answer)).results;
  };
  const outcomes = async (action: object, checkIds?: string[]) =>
    (await bulk(action, checkIds)).map(({ outcome }) => outcome);
  const look = async ({ id }: Check) =>
    await read<Check>(await someone.as("GET", `${someone.path}/checks/${id}`));
  const audit = async () =>
    (
      await read<{ items: { action: string; object: { name: string } }[] }>(
        await someone.as("GET", `${someone.path}/audit`),
      )
    ).items.map(({ action, object }) => `${action} ${object.name}`);
  return { ...someone, one, two, bulk, outcomes, look, audit };
}

test("several checks are paused at once, and the answer says which of them were so already", async () => {
  const { one, two, outcomes, look } = await withTwo();
  expect(await outcomes({ action: "pause" }, [one.id])).toEqual(["changed"]);
  expect(await outcomes({ action: "pause" })).toEqual(["unchanged", "changed"]);
  expect([await look(one), await look(two)]).toMatchObject([{ status: "paused" }, { status: "paused" }]);
  expect(await outcomes({ action: "resume" })).toEqual(["changed", "changed"]);
});

test("a pause of several is undone for those that are paused still", async () => {
  const { one, two, outcomes, look } = await withTwo();
  await outcomes({ action: "pause" });
  await outcomes({ action: "resume" }, [one.id]);
  expect(await outcomes({ action: "undo-pause" })).toEqual(["unchanged", "changed"]);
  expect((await look(two)).status).toBe("new");
});

test("what fails for one check leaves the others done, and says why", async () => {
  const { two, bulk, look } = await withTwo();
  const gone = "0199a1b2-0000-7000-8000-0000000000ff";
  const results = await bulk({ action: "pause" }, [gone, two.id]);
  expect(results).toEqual([
    { checkId: gone, outcome: "failed", message: "There is no such check in this project." },
    { checkId: two.id, outcome: "changed" },
  ]);
  expect((await look(two)).status).toBe("paused");
});

test("checks of another project are not touched, nor does the answer say that they exist", async () => {
  const stranger = await withTwo();
  const { bulk } = await withTwo();
  const [result] = await bulk({ action: "delete" }, [stranger.one.id]);
  expect(result?.message).toBe("There is no such check in this project.");
  expect((await stranger.look(stranger.one)).name).toBe("one");
});

test("tags are added and taken away beside those that are there", async () => {
  const { one, outcomes, look } = await withTwo();
  expect(await outcomes({ action: "add-tags", tags: ["night", "one"] })).toEqual(["changed", "changed"]);
  expect((await look(one)).tags).toEqual(["one", "night"]);
  expect(await outcomes({ action: "add-tags", tags: ["one"] })).toEqual(["unchanged", "unchanged"]);
  expect(await outcomes({ action: "remove-tags", tags: ["night"] })).toEqual(["changed", "changed"]);
  expect((await look(one)).tags).toEqual(["one"]);
});

test("a channel is added to several checks, but none that the project does not have", async () => {
  const { as, path, one, bulk, outcomes, look } = await withTwo();
  const channel = { kind: "webhook", name: "Pager", settings: { url: "https://hooks.example.org/overdue" } };
  const { id } = await read<{ id: string }>(await as("POST", `${path}/channels`, channel));
  await outcomes({ action: "remove-channels", channelIds: [id] });
  expect(await outcomes({ action: "add-channels", channelIds: [id] })).toEqual(["changed", "changed"]);
  expect((await look(one)).channelIds).toEqual([id]);
  const [result] = await bulk({ action: "add-channels", channelIds: [one.id] });
  expect(result?.message).toBe("One of these channels is not in this project.");
});

test("deleted checks are restored together", async () => {
  const { outcomes, look, one } = await withTwo();
  expect(await outcomes({ action: "delete" })).toEqual(["changed", "changed"]);
  expect(await outcomes({ action: "pause" })).toEqual(["failed", "failed"]);
  expect(await outcomes({ action: "restore" })).toEqual(["changed", "changed"]);
  expect((await look(one)).name).toBe("one");
});

describe("the incidents of several checks", () => {
  async function withOneDown() {
    const scene = await withTwo();
    await api.app.request(`${new URL(scene.one.pingUrl).pathname}/fail`, { method: "POST" });
    return scene;
  }

  test("are acknowledged where there is one", async () => {
    const { bulk, outcomes, one } = await withOneDown();
    expect((await bulk({ action: "acknowledge" })).map(({ message }) => message)).toEqual([
      undefined,
      "It is not down: there is no open incident.",
    ]);
    expect(await outcomes({ action: "acknowledge" }, [one.id])).toEqual(["unchanged"]);
    expect(await outcomes({ action: "unacknowledge" }, [one.id])).toEqual(["changed"]);
  });

  test("are snoozed, and the snooze ends by an undo", async () => {
    const { outcomes, one } = await withOneDown();
    expect(await outcomes({ action: "snooze", snooze: { for: "2h" } }, [one.id])).toEqual(["changed"]);
    expect(await outcomes({ action: "end-snooze" }, [one.id])).toEqual(["changed"]);
    expect(await outcomes({ action: "end-snooze" }, [one.id])).toEqual(["unchanged"]);
  });
});

test("each check has its own audit entry, and only where something was changed", async () => {
  const { outcomes, audit, one } = await withTwo();
  await outcomes({ action: "pause" }, [one.id]);
  await outcomes({ action: "pause" });
  await outcomes({ action: "add-tags", tags: ["night"] }, [one.id]);
  expect((await audit()).slice(0, 5)).toEqual([
    "check.edit one",
    "check.pause two",
    "check.pause one",
    "check.create two",
    "check.create one",
  ]);
});

test("no check and more than a hundred are refused, with the way out", async () => {
  const { as, path, one } = await withTwo();
  const send = (checkIds: string[]) => as("POST", `${path}/checks/bulk`, { action: "pause", checkIds });
  expect(await (await send([])).text()).toContain("Name at least one check.");
  const many = await send(Array.from({ length: 101 }, () => one.id));
  expect(many.status).toBe(400);
  expect(await many.text()).toContain("send several requests for more");
});
