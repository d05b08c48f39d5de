import { expect, test } from "vitest";

import { readPingUrl } from "./ping-url.ts";

const UUID = "6b2f0d3e-8d5c-4b1a-9c55-0d4c8f0f1a2b";
const RID = "123e4567-e89b-12d3-a456-426614174000";
const uuid = { kind: "uuid", pingUuid: UUID };
const slug = { kind: "slug", pingKey: "KEY_1-x", slug: "nightly-backup", create: false };

const plain = { exitStatus: null, rid: null };
const read = (path: string) => {
  const url = new URL(`http://overdue.test/${path}`);
  return readPingUrl(url.pathname.slice(1), url.searchParams);
};

test.each([
  [UUID, { target: uuid, action: "success", ...plain }],
  [`${UUID}/`, { target: uuid, action: "success", ...plain }],
  [UUID.toUpperCase(), { target: uuid, action: "success", ...plain }],
  [`/${UUID}`, { target: uuid, action: "success", ...plain }],
  [`${UUID}//start/`, { target: uuid, action: "start", ...plain }],
  [`${UUID}/fail/`, { target: uuid, action: "fail", ...plain }],
  [`${UUID}/3/`, { target: uuid, action: "success", exitStatus: 3, rid: null }],
  [`${UUID}/start`, { target: uuid, action: "start", ...plain }],
  [`${UUID}/fail`, { target: uuid, action: "fail", ...plain }],
  [`${UUID}/log`, { target: uuid, action: "log", ...plain }],
  [`${UUID}/0`, { target: uuid, action: "success", exitStatus: 0, rid: null }],
  [`${UUID}/007`, { target: uuid, action: "success", exitStatus: 7, rid: null }],
  [`${UUID}/255`, { target: uuid, action: "success", exitStatus: 255, rid: null }],
  [`${UUID}?rid=${RID.toUpperCase()}`, { target: uuid, action: "success", exitStatus: null, rid: RID }],
  [`${UUID}?rid=x&rid=${RID}`, { target: uuid, action: "success", exitStatus: null, rid: RID }],
  ["KEY_1-x/nightly-backup", { target: slug, action: "success", ...plain }],
  ["KEY_1-x/nightly-backup/", { target: slug, action: "success", ...plain }],
  ["/KEY_1-x//nightly-backup/fail/", { target: slug, action: "fail", ...plain }],
  ["KEY_1-x/nightly-backup/fail", { target: slug, action: "fail", ...plain }],
  ["KEY_1-x/nightly-backup/3", { target: slug, action: "success", exitStatus: 3, rid: null }],
  ["KEY_1-x/nightly-backup?create=1", { target: { ...slug, create: true }, action: "success", ...plain }],
  ["KEY_1-x/nightly-backup?create=true", { target: slug, action: "success", ...plain }],
])("%s is a ping", (path, expected) => {
  expect(read(path)).toEqual({ kind: "ping", ...expected });
});

test.each([
  ["2026-03-29T03:00:00Z", Date.UTC(2026, 2, 29, 3)],
  ["2026-03-29T03:00:00.5%2B02:00", Date.UTC(2026, 2, 29, 1, 0, 0, 500)],
  ["2026-03-29 03:00+02:00", Date.UTC(2026, 2, 29, 1)],
  ["1774753200", Date.UTC(2026, 2, 29, 3)],
  ["1774753200.25", Date.UTC(2026, 2, 29, 3, 0, 0, 250)],
  ["1774753200000", Date.UTC(2026, 2, 29, 3)],
])("?due=%s is the due time that the scheduler handed on", (due, dueAt) => {
  expect(read(`${UUID}?due=${due}`)).toMatchObject({ kind: "ping", dueAt });
});

test.each(["", "yesterday", "2026-03-29T03:00:00", "2026-13-45T03:00:00Z", "-1", "1e9"])(
  "?due=%s says nothing, and the ping counts",
  (due) =>
    expect(read(`${UUID}?due=${due}`)).toEqual({ kind: "ping", target: uuid, action: "success", ...plain }),
);

test.each([
  [UUID.replaceAll("-", "")],
  [`${UUID}/start/more`],
  ["KEY/slug/other"],
  ["KEY/"],
  ["KEY"],
  [""],
  ["KEY/sl%20ug"],
  ["a/b/start/c"],
  [`KEY/${"a".repeat(101)}`],
])("/%s is no ping URL", (path) => {
  expect(read(path).kind).toBe("no such page");
});

test("an unknown action behind a uuid is read as a slug, as Healthchecks does", () => {
  expect(read(`${UUID}/success`)).toMatchObject({ kind: "ping", target: { kind: "slug", pingKey: UUID } });
});

test.each([
  [`${UUID}/256`, "invalid url format"],
  [`${UUID}/99999999999999999999`, "invalid url format"],
  [`${UUID}?rid=`, "invalid uuid format"],
  [`${UUID}?rid=${RID}x`, "invalid uuid format"],
  [`${UUID}?rid=${RID}%0a`, "invalid uuid format"],
])("%s is refused as %s", (path, problem) => {
  expect(read(path)).toMatchObject({ kind: "malformed", problem: { kind: problem } });
});

test("a slug in capitals is refused whatever else it asks for, and so is making one that is too long", () => {
  expect(read("KEY/Nightly?create=1")).toMatchObject({ kind: "bad slug" });
  expect(read(`KEY/${"a".repeat(101)}?create=1`)).toMatchObject({ kind: "bad slug" });
});

test.each([
  [`${UUID}?state=fail`, "state=fail"],
  [`${UUID}/start?status=down`, "status=down"],
  [`${UUID}/log?success=false`, "success=false"],
  [`${UUID}/0?exit_code=1`, "exit_code=1"],
  ["KEY/nightly?create=1&state=run&msg=x", "state=run"],
])("%s is refused, since it says %s", (path, words) => {
  expect(read(path)).toMatchObject({
    kind: "malformed",
    problem: { kind: "other dialect", words, place: "query" },
  });
});

test.each([[`${UUID}/fail?state=fail`], [`${UUID}/3?status_code=3`], ["KEY/nightly/fail?status=down"]])(
  "%s is a failure by its path, which the query cannot turn into a success",
  (path) => {
    expect(read(path).kind).toBe("ping");
  },
);

test.each([
  ["KEY/sl%20ug", { kind: "key", pingKey: "KEY", slug: "sl%20ug" }],
  ["KEY/Nightly", { kind: "key", pingKey: "KEY", slug: "Nightly" }],
  ["KEY/slug/other", { kind: "key", pingKey: "KEY", slug: "slug" }],
  [`${UUID}/start/more`, { kind: "uuid", pingUuid: UUID }],
])("whose ping %s would have been is known", (path, owner) => {
  expect(read(path)).toMatchObject({ owner });
});
