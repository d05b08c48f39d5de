import { expect, test } from "vitest";

import { readMailbox } from "./recipients.ts";

const UUID = "6b2f0d3e-8d5c-4b1a-9c55-0d4c8f0f1a2b";
const KEY = "abcdefghij0123456789_-";
const byUuid = { kind: "check", target: { kind: "uuid", pingUuid: UUID } };
const bySlug = {
  kind: "check",
  target: { kind: "slug", pingKey: KEY, slug: "nightly-backup_2", create: false },
};

test.each([
  [`${UUID}@ping.example.org`, byUuid],
  [`${UUID.toUpperCase()}@ping.example.org`, byUuid],
  [`${UUID}@PING.example.ORG`, byUuid],
  [`${KEY}+nightly-backup_2@ping.example.org`, bySlug],
  [`${UUID}@example.org`, { kind: "elsewhere" }],
  [`${UUID}@sub.ping.example.org`, { kind: "elsewhere" }],
  [`${UUID}`, { kind: "elsewhere" }],
  ["", { kind: "elsewhere" }],
  ["@ping.example.org", { kind: "no mailbox" }],
  ["root@ping.example.org", { kind: "no mailbox" }],
  [`${UUID.replace("-4", "-1")}@ping.example.org`, { kind: "no mailbox" }],
  [`${UUID.replaceAll("-", "")}@ping.example.org`, { kind: "no mailbox" }],
  [`${UUID}+fail@ping.example.org`, { kind: "no mailbox" }],
  [`${KEY}@ping.example.org`, { kind: "no mailbox" }],
  [`${KEY}+@ping.example.org`, { kind: "no mailbox" }],
  [`${KEY}+Nightly@ping.example.org`, { kind: "no mailbox" }],
  [`${KEY}+a+b@ping.example.org`, { kind: "no mailbox" }],
  [`short+backup@ping.example.org`, { kind: "no mailbox" }],
])("%s", (address, mailbox) => {
  expect(readMailbox(address, "ping.example.org")).toEqual(mailbox);
});
