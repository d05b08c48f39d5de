import { randomUUID } from "node:crypto";
import { Writable } from "node:stream";

import { aProject, testDatabase } from "@overdue/testkit";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";

import { loggableError } from "./database-problem.ts";
import { openDb } from "./database.ts";
import { projects } from "./schema/index.ts";

const database = await testDatabase();
const { pool } = database;
afterAll(() => database.drop());
const SECRET = "ops@customer.example";

test("a statement that Drizzle could not run is logged without its parameters", async () => {
  const { projectId } = await aProject(pool);
  const failing = openDb(pool)
    .insert(projects)
    .values({ id: projectId, name: SECRET, pingKey: randomUUID(), badgeKey: randomUUID() });
  const line = await logError(failing);
  expect(line).not.toContain(SECRET);
  expect(line).not.toContain(projectId);
  expect(JSON.parse(line)).toMatchObject({
    err: {
      message: "A statement failed.",
      statement: expect.stringMatching(/^insert into "projects"/),
      cause: { code: "23505", constraint: "projects_pkey", message: expect.stringContaining("23505") },
    },
  });
});

test("what PostgreSQL repeats of a value is not logged, and where the statement was made is", async () => {
  const line = await logError(pool.query("select $1::uuid", [SECRET]));
  expect(line).not.toContain(SECRET);
  expect(JSON.parse(line)).toMatchObject({
    err: { code: "22P02", stack: expect.stringContaining("    at ") },
  });
});

test("an error around it, and one that repeats its text, carry nothing of it either", async () => {
  const inner = await pool.query("select $1::uuid", [SECRET]).catch((error: unknown) => error);
  const around = new Error("The ping could not be stored.", { cause: inner });
  const repeated = new Error(`Failed query: select $1\nparams: ${SECRET}`);
  for (const error of [around, repeated]) expect(await logError(Promise.reject(error))).not.toContain(SECRET);
  expect(await logError(Promise.reject(around))).toContain("The ping could not be stored.");
});

test("a value that is not an error is logged as it is", () => {
  expect(loggableError("word")).toBe("word");
});

async function logError(work: PromiseLike<unknown>): Promise<string> {
  const lines: string[] = [];
  const stream = new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) });
  const error = await Promise.resolve(work).then(
    () => "it worked",
    (failure: unknown) => failure,
  );
  pino({ serializers: { err: loggableError } }, stream).error({ err: error }, "A statement failed.");
  return lines.join("");
}
