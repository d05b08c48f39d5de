import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

const database = await testDatabase();
afterAll(database.drop);

/** What comes back of a value that was given as a parameter of this type. */
async function roundTrip(value: unknown, type: string): Promise<unknown> {
  const [row] = await database.pool.query<{ it: unknown }>(`select $1::${type} as it`, [value]);
  return row?.it;
}

const AT = new Date("2026-03-01T12:34:56.789Z");
const QUOTED = ['a "quoted" one', "back\\slash", "{braces, and commas}", "", "NULL", "line\nbreak"];

test.each([
  ["an instant", AT, "timestamptz", AT],
  ["an instant without end", "infinity", "timestamptz", Infinity],
  ["an instant without beginning", "-infinity", "timestamptz", -Infinity],
  ["a day", "2026-03-01", "date", "2026-03-01"],
  ["a count of 53 bits", 9_007_199_254_740_991, "bigint", 9_007_199_254_740_991],
  ["a fraction", 0.1, "float8", 0.1],
  ["a truth", true, "boolean", true],
  ["a falsehood", false, "boolean", false],
  ["nothing", null, "text", null],
  ["what is undefined", undefined, "text", null],
  ["bytes", Buffer.from([0, 1, 255]), "bytea", Buffer.from([0, 1, 255])],
  ["an object", { a: [1, "x"] }, "jsonb", { a: [1, "x"] }],
  ["JSON that was written before", '{"a": 1}', "json", { a: 1 }],
  ["a string of JSON", '"x"', "json", "x"],
  ["no elements", [], "text[]", []],
  ["texts that need quotes", QUOTED, "text[]", QUOTED],
  ["an array with a gap", ["a", null], "text[]", ["a", null]],
  ["numbers", [1, 2.5], "float8[]", [1, 2.5]],
  ["counts", [1, 2], "bigint[]", [1, 2]],
  ["truths", [true, false], "boolean[]", [true, false]],
  [
    "identifiers",
    ["0199a9f0-0000-7000-8000-000000000001"],
    "uuid[]",
    ["0199a9f0-0000-7000-8000-000000000001"],
  ],
  ["objects", [{ a: "“" }, { b: [1] }], "jsonb[]", [{ a: "“" }, { b: [1] }]],
])("%s goes to the server and comes back as it was", async (_, value, type, expected) => {
  expect(await roundTrip(value, type)).toEqual(expected);
});

test("instants in an array are taken as instants", async () => {
  const [row] = await database.pool.query("select ($1::timestamptz[])[1] = $2::timestamptz as same", [
    [AT],
    AT,
  ]);
  expect(row).toEqual({ same: true });
});

test("the time zone of the session does not change what an instant is", async () => {
  const client = await database.pool.connect();
  await client.query("set timezone = 'Asia/Kathmandu'");
  expect(await client.query("select $1::timestamptz as at", [AT])).toEqual([{ at: AT }]);
  client.release(true);
});
