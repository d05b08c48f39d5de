import { expect, test } from "vitest";

import { ApiError } from "../api/problem.ts";
import { troubleOf } from "./health-banner.tsx";

const answered = (status: number) =>
  new ApiError({ status, code: "x", detail: "The database does not answer." });

test.each([
  ["no answer", new TypeError("fetch failed"), { kind: "lost" }],
  ["a server in trouble", answered(503), { kind: "ill", because: "The database does not answer." }],
  ["too many questions", answered(429), null],
  ["no error", null, null],
])("%s", (_, error, trouble) => {
  expect(troubleOf(error)).toEqual(trouble);
});
