import { expect, test } from "vitest";

import { ApiError } from "../api/problem.ts";
import { healthError } from "./health-banner.tsx";

const response = (status: number) =>
  new ApiError({ status, code: "x", detail: "The database does not answer." });

test.each([
  ["no response", new TypeError("fetch failed"), { kind: "unreachable" }],
  ["an unhealthy server", response(503), { kind: "unhealthy", because: "The database does not answer." }],
  ["too many requests", response(429), null],
  ["no error", null, null],
])("%s is recognised", (_, error, found) => {
  expect(healthError(error)).toEqual(found);
});
