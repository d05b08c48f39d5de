import { expect, test } from "vitest";

import { ApiError, readProblem, errorMessage } from "./problem.ts";

test("a problem keeps its sentence, its code and its fields", async () => {
  const body = {
    code: "invalid_input",
    detail: "graceSeconds: Grace must be between 1 minute and 365 days.",
    errors: [{ field: "graceSeconds", message: "Grace must be between 1 minute and 365 days." }],
  };
  const error = await readProblem(Response.json(body, { status: 400 }));
  expect(error).toMatchObject({ status: 400, code: "invalid_input", errors: body.errors });
  expect(errorMessage(error)).toBe("Grace: Grace must be between 1 minute and 365 days.");
});

test.each([
  ["steps.0.targets", "Steps 1 targets: Name somebody."],
  ["maxRuntimeSeconds", "Max runtime: Name somebody."],
  ["channelIds.2", "Channel 3: Name somebody."],
  ["", "Name somebody."],
])("the field %s is named in words", (field, sentence) => {
  const errors = [{ field, message: "Name somebody." }];
  expect(errorMessage(new ApiError({ status: 400, code: "invalid_input", detail: "", errors }))).toBe(
    sentence,
  );
});

test("the message of the account library is read too", async () => {
  const answer = Response.json({ message: "Wrong e-mail or password.", code: "X" }, { status: 401 });
  expect(errorMessage(await readProblem(answer))).toBe("Wrong e-mail or password.");
});

test.each([
  [502, "Overdue is not ready. Try again in a few seconds."],
  [429, "Too many requests. Wait a minute and try again."],
  [500, "Overdue returned an error (HTTP 500)."],
])("a response with status %i that is not JSON becomes a sentence", async (status, sentence) => {
  expect(errorMessage(await readProblem(new Response("<html>", { status })))).toBe(sentence);
});

test("an error that does not come from the API never shows its own message", () => {
  expect(errorMessage(new Error("x is not a function"))).not.toContain("function");
  expect(
    errorMessage(new ApiError({ status: 404, code: "not_found", detail: "There is no such check." })),
  ).toBe("There is no such check.");
});
