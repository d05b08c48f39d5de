import { expect, test } from "vitest";

import { parseEvent } from "./event-stream.ts";

test.each([
  ['{"projectId":"p","checkId":"c"}', { projectId: "p", checkId: "c" }],
  ['{"projectId":"p"}', { projectId: "p" }],
  ["", null],
  ["ping", null],
  ["null", null],
  ['{"checkId":"c"}', null],
])("the event %j is read as %j", (data, event) => {
  expect(parseEvent(data)).toEqual(event);
});
