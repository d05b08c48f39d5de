import { channelKinds } from "@overdue/channels";
import { expect, test } from "vitest";

import { aChannelKind } from "../../test/fixtures.ts";

import { readSettings, toField } from "./channel-form.tsx";

test("an empty field is left out of the settings", () => {
  const typed = { chat: " -100123 ", topic: "", token: "" };
  expect(readSettings(aChannelKind("telegram").fields, typed)).toEqual({ chat: "-100123" });
});

test("pairs are typed one per line, and a value may contain colons", () => {
  const typed = { url: "https://example.org/hook", headers: "X-Team: ops\n\nX-Link: http://a:8080\nbroken" };
  expect(readSettings(aChannelKind("webhook").fields, typed)).toEqual({
    url: "https://example.org/hook",
    headers: { "X-Team": "ops", "X-Link": "http://a:8080", broken: "" },
  });
});

test.each([
  ["settings.headers.X", "settings.headers"],
  ["url", "settings.url"],
  ["name", "name"],
  ["checkIds.2", "checkIds"],
])("what is refused about %s is shown at the field %s", (path, field) => {
  expect(toField(path)).toBe(field);
});

test.each(Object.entries(channelKinds))("the kind %s refuses settings that are all empty", (name, kind) => {
  const parsed = kind.parse(readSettings(aChannelKind(name).fields, {}));
  expect(parsed.ok).toBe(false);
});
