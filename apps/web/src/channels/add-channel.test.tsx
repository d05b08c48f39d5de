import { channelKinds } from "@overdue/channels";
import { expect, test } from "vitest";

import { filterKinds } from "./add-channel.tsx";

const names = (typed: string) => filterKinds(Object.entries(channelKinds), typed).map(([name]) => name);

test.each([
  ["", Object.keys(channelKinds)],
  ["victorops", ["splunk-on-call"]],
  ["MICROSOFT teams", ["teams"]],
  ["twilio", ["sms", "call"]],
  ["carrier pigeon", []],
])("searching for %j finds the kinds %j", (typed, found) => {
  expect(names(typed)).toEqual(found);
});
