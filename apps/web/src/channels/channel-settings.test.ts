import { channelKinds } from "@overdue/channels";
import { expect, test } from "vitest";

import { settingsErrors, settingsFrom } from "./channel-settings.ts";

test("what is left empty is left out", () => {
  const typed = { chat: " -100123 ", topic: "", token: "" };
  expect(settingsFrom(channelKinds.telegram.fields, typed)).toEqual({ chat: "-100123" });
});

test("pairs are typed a line each, and a value may hold colons", () => {
  const typed = { url: "https://example.org/hook", headers: "X-Team: ops\n\nX-Link: http://a:8080\nbroken" };
  expect(settingsFrom(channelKinds.webhook.fields, typed)).toEqual({
    url: "https://example.org/hook",
    headers: { "X-Team": "ops", "X-Link": "http://a:8080", broken: "" },
  });
});

test("a fault stands at its field", () => {
  expect(settingsErrors([{ field: "settings.headers.X", message: "No." }])).toEqual({
    "settings.headers": "No.",
  });
  expect(settingsErrors([{ field: "url", message: "No." }])).toEqual({ "settings.url": "No." });
  expect(settingsErrors([{ field: "name", message: "No." }])).toEqual({ name: "No." });
});

test.each(Object.entries(channelKinds))(
  "the fields of %s, left empty, are refused in sentences",
  (_, kind) => {
    const parsed = kind.parse(settingsFrom(kind.fields, {}));
    expect(parsed.ok).toBe(false);
  },
);
