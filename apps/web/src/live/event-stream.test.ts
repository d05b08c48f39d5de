import { expect, test } from "vitest";

import { parseEvent } from "./event-stream.ts";

test.each([
  ['{"checkId":"c"}', { checkId: "c" }],
  ['{"checkId":null}', { checkId: null }],
  ["", null],
  ["ping", null],
  ["null", null],
  ["{}", null],
  ['{"checkId":7}', null],
])("the event %j is read as %j", (data, event) => {
  expect(parseEvent(data)).toEqual(event);
});
