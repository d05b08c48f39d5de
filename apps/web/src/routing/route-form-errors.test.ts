import { expect, test } from "vitest";

import { routeErrors } from "./route-form-errors.ts";

test.each([
  ["name", "name"],
  ["match.tags.0", "tags"],
  ["match.checkIds", "checkIds"],
  ["steps.1.afterMinutes", "steps.1.after"],
  ["steps.0.targets", "steps.0.targets"],
  ["steps.0.targets.2.channelId", "steps.0.targets"],
  ["hours.from", "hours.from"],
  ["hours.outside.targets", "hours.instead"],
  ["repeatMinutes", "repeat"],
  ["hears", "hears"],
])("what is said of %s stands at %s", (field, place) => {
  expect(routeErrors([{ field, message: "No." }])).toEqual({ fields: { [place]: "No." }, rest: [] });
});

test("what is said of no field stands below", () => {
  expect(routeErrors([{ field: "steps", message: "A route needs at least one step." }])).toEqual({
    fields: {},
    rest: ["A route needs at least one step."],
  });
});
