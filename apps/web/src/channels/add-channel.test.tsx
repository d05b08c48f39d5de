import { channelKinds } from "@overdue/channels";
import { expect, test } from "vitest";

import { foundKinds } from "./add-channel.tsx";

const names = (typed: string) => foundKinds(Object.entries(channelKinds), typed).map(([name]) => name);

test.each([
  ["", Object.keys(channelKinds)],
  ["victorops", ["splunk-on-call"]],
  ["MICROSOFT teams", ["teams"]],
  ["twilio", ["sms", "call"]],
  ["carrier pigeon", []],
])("%j finds %j", (typed, found) => {
  expect(names(typed)).toEqual(found);
});
