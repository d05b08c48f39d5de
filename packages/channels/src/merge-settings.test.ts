import { describe, expect, test } from "vitest";

import { channelKinds, isKindName, type KindName, mergeSettings, parseSettings } from "./registry.ts";
import { withNewSecret } from "./kinds/webhook/webhook.ts";
import { sampleSettings } from "./testing/channel-settings.ts";

const ELSEWHERE = "https://elsewhere.example";

/** Every kind with every setting of it that is an address, stored with all that the kind can keep. */
const addresses = Object.entries(channelKinds).flatMap(([kind, { schema }]) =>
  isKindName(kind)
    ? Object.keys(schema.shape)
        .filter((name) => isAddress(kind, name))
        .map((name): [KindName, string] => [kind, name])
    : [],
);

function isAddress(kind: KindName, name: string): boolean {
  return (
    parseSettings(kind, { ...sampleSettings[kind], [name]: `${ELSEWHERE}/hook` }).ok &&
    /url|server/i.test(name)
  );
}

describe("where an address of a channel changes its origin", () => {
  test("there are such kinds", () => expect(addresses.length).toBeGreaterThan(8));

  test.each(addresses)("of %s (%s), no stored secret is kept", (kind, address) => {
    const stored = { ...sampleSettings[kind], kept: "a secret that no field names" };
    const given = { [address]: `${ELSEWHERE}/hook` };
    const merged = mergeSettings(kind, stored, given);
    const secrets = channelKinds[kind].fields.flatMap(({ name, secret }) =>
      secret && name in stored && name !== address ? [name] : [],
    );
    const fields = merged.ok ? [] : merged.problems.map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining([...secrets, "kept"]));
    expect(mergeSettings(kind, stored, { ...stored, ...given })).toMatchObject({ ok: true });
  });
});

test("a former signing secret ends with the address that knew it", () => {
  const settings = withNewSecret({ url: "https://a.example/1", secret: "s" }, { keepOldUntil: 0 });
  const moved = mergeSettings("webhook", settings, { url: "https://b.example/1", secret: "t" });
  expect(moved).toEqual({ ok: true, settings: { url: "https://b.example/1", secret: "t" } });
  const path = mergeSettings("webhook", settings, { url: "https://a.example/2" });
  expect(path).toMatchObject({ ok: true, settings: { formerSecret: "s" } });
});

test.each<[string, KindName, object, object]>([
  ["the path", "webhook", { url: "https://a.example/1", secret: "s" }, { url: "https://a.example/2" }],
  ["nothing", "gotify", { server: "https://a.example", token: "t" }, {}],
  ["another setting", "gotify", { server: "https://a.example", token: "t" }, { token: "u" }],
])("where %s changes, what is left out stays", (_, kind, stored, given) => {
  expect(mergeSettings(kind, { ...stored }, { ...given })).toEqual({
    ok: true,
    settings: { ...stored, ...given },
  });
});

test.each([
  ["the scheme", "http://a.example"],
  ["the port", "https://a.example:8443"],
  ["the host", "https://b.example"],
  ["the host, with the old one as its user", "https://a.example@b.example"],
])("where %s changes, the secrets have to be given again", (_, server) => {
  const merged = mergeSettings("gotify", { server: "https://a.example", token: "t" }, { server });
  expect(merged).toMatchObject({ ok: false, problems: [{ field: "token" }] });
});

test("headers and bodies of a webhook may carry secrets, so they are not kept either", () => {
  const stored = { url: "https://a.example", headers: { Authorization: "x" }, body: "y", method: "POST" };
  const merged = mergeSettings("webhook", stored, { url: "https://b.example" });
  expect(merged).toMatchObject({ problems: [{ field: "headers" }, { field: "body" }] });
});

test("a server of one's own that comes to settings without one is another origin", () => {
  const merged = mergeSettings("pagerduty", { key: "e".repeat(32) }, { server: ELSEWHERE });
  expect(merged).toMatchObject({ ok: false, problems: [{ field: "key" }] });
});
