import { DAY_MS } from "@overdue/schedules";
import { randomUUID } from "node:crypto";

import { describe, expect, test } from "vitest";

import {
  confirmLink,
  readConfirmationLink,
  readUnsubscribeLink,
  unsubscribeLink,
} from "../channels/confirmation.ts";
import { bounceAddress, readBounceAddress } from "../deliveries/record-bounce.ts";
import { actionLink, readAction } from "../incidents/act.ts";
import { isTelegramWebhookSecret, telegramWebhookSecret } from "../telegram/telegram.ts";
import { isKey, newApiKey, storedKey } from "./api-key.ts";
import { keyringOf, LostKey, newestKey, readSignedId, seal, sign, signId, unseal } from "./keyring.ts";

const former = keyringOf(["the key of last year, which is long enough"]);
const keyring = keyringOf([
  "the key of this year, which is long enough",
  "the key of last year, which is long enough",
]);
const stranger = keyringOf(["the key of somebody else, which is long enough"]);
const publicUrl = "https://overdue.example";
const now = Date.parse("2026-11-20T12:00:00Z");

/** Every text that differs from this one in one character. */
function withOneLetterChanged(text: string): string[] {
  return Array.from(
    text,
    (letter, i) => `${text.slice(0, i)}${letter === "A" ? "B" : "A"}${text.slice(i + 1)}`,
  );
}

function queryOf(link: string): URLSearchParams {
  return new URL(link).searchParams;
}

describe("a sealed value", () => {
  const place = { table: "channels", column: "settings", rowId: randomUUID(), projectId: randomUUID() };

  test("opens at its place to the text that was sealed, whatever letters that has", () => {
    for (const text of ["", "ä\u0000\u{1F600}", "x".repeat(100_000)])
      expect(unseal(keyring, place, seal(keyring, place, text))).toBe(text);
  });

  test("is another one each time, and does not contain the text", () => {
    const [one, other] = [seal(keyring, place, "secret"), seal(keyring, place, "secret")];
    expect(one).not.toBe(other);
    expect(one).not.toContain("secret");
  });

  test.each([
    ["row", { rowId: randomUUID() }],
    ["project", { projectId: randomUUID() }],
    ["column", { column: "answer" }],
    ["table", { table: "slack_links" }],
  ])("does not open in another %s", (_, elsewhere) => {
    const sealed = seal(keyring, place, "secret");
    expect(() => unseal(keyring, { ...place, ...elsewhere }, sealed)).toThrow(Error);
  });

  test("of a former key opens while the keyring has that key, and says who has to mend it when not", () => {
    const sealed = seal(former, place, "secret");
    expect(unseal(keyring, place, sealed)).toBe("secret");
    expect(() => unseal(stranger, place, sealed)).toThrow(LostKey);
    expect(() => unseal(stranger, place, sealed)).toThrow(/operator must set SECRET_KEY/);
  });

  test("that was changed anywhere does not open", () => {
    for (const changed of withOneLetterChanged(seal(keyring, place, "secret12")))
      expect(() => unseal(keyring, place, changed)).toThrow(Error);
    expect(() => unseal(keyring, place, "v1.only.three")).toThrow("Not a sealed value.");
  });

  test("is sealed by the newest key", () => {
    expect(seal(keyring, place, "secret").split(".")[1]).toBe(newestKey(keyring).id);
    expect(() => seal({ keys: [] }, place, "secret")).toThrow("set SECRET_KEY");
  });
});

describe("a signature", () => {
  const key = newestKey(keyring).key;

  test("is the same each time, and another one for each key, purpose and text", () => {
    expect(sign(key, "stop reports", "1")).toBe(sign(key, "stop reports", "1"));
    const all = [
      sign(key, "stop reports", "1"),
      sign(key, "unsubscribe", "1"),
      sign(key, "stop reports", "2"),
      sign(newestKey(stranger).key, "stop reports", "1"),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test("lets the holder of a link do one thing to one id", () => {
    const id = randomUUID();
    const query = signId(keyring, "stop reports", id);
    expect(readSignedId(keyring, "stop reports", query)).toBe(id);
    expect(readSignedId(keyring, "something else", query)).toBeNull();
    expect(readSignedId(stranger, "stop reports", query)).toBeNull();
    query.set("id", randomUUID());
    expect(readSignedId(keyring, "stop reports", query)).toBeNull();
  });

  test("of an id that is none, or of no key of ours, is not even looked at", () => {
    for (const query of ["", "id=1&key=1&signature=1", `id=${randomUUID()}&key=&signature=`])
      expect(readSignedId(keyring, "stop reports", new URLSearchParams(query))).toBeNull();
  });
});

describe("the link of an incident's act", () => {
  const act = { incidentId: randomUUID(), channelId: randomUUID(), act: "acknowledge" as const };
  const link = (of = keyring) => queryOf(actionLink(of, { ...act, publicUrl, now }));

  test("is good for its act, its incident and its channel, until it expires", () => {
    expect(readAction(keyring, link(), now)).toMatchObject({ kind: "valid", act });
    expect(readAction(keyring, link(), now + 365 * DAY_MS)).toEqual({ kind: "expired" });
  });

  test("goes on when the key is changed, and ends when the former one is dropped", () => {
    expect(readAction(keyring, link(former), now)).toMatchObject({ kind: "valid" });
    expect(readAction(stranger, link(former), now)).toEqual({ kind: "forged" });
  });

  test.each([
    ["incident", randomUUID()],
    ["channel", randomUUID()],
    ["act", "snooze-2h"],
    ["act", "delete"],
    ["expires", String(now)],
    ["expires", "tomorrow"],
    ["signature", ""],
    ["key", "none"],
  ])("is forged where its %s is %s", (name, value) => {
    const query = link();
    query.set(name, value);
    expect(readAction(keyring, query, now)).toEqual({ kind: "forged" });
  });
});

describe("the link that confirms an address", () => {
  const confirmation = { channelId: randomUUID(), address: "anna+backup@example.org" };
  const link = () => queryOf(confirmLink(keyring, { ...confirmation, publicUrl, now }));

  test("names the channel and the address, and is good for three days", () => {
    expect(readConfirmationLink(keyring, link(), now + 3 * DAY_MS - 1_000)).toEqual({
      kind: "valid",
      confirmation,
    });
    expect(readConfirmationLink(keyring, link(), now + 3 * DAY_MS)).toEqual({
      kind: "expired",
      confirmation,
    });
  });

  test("is worth nothing for another address", () => {
    const query = link();
    query.set("address", "eve@example.org");
    expect(readConfirmationLink(keyring, query, now)).toEqual({ kind: "forged" });
  });
});

describe("the link that ends a channel's mails", () => {
  test("names its channel for ever, and no other", () => {
    const channelId = randomUUID();
    const query = queryOf(unsubscribeLink(keyring, { publicUrl, channelId }));
    expect(readUnsubscribeLink(keyring, query)).toBe(channelId);
    query.set("channel", randomUUID());
    expect(readUnsubscribeLink(keyring, query)).toBeNull();
  });
});

describe("the sender's address of a mail", () => {
  const of = { deliveryId: randomUUID(), to: "Anna@example.org", domain: "overdue.example" };
  const [local = ""] = bounceAddress(keyring, of).split("@");

  test("is read back, in whatever letters a server returns it", () => {
    const token = readBounceAddress(keyring, local);
    expect(token).toMatchObject({ deliveryId: of.deliveryId });
    expect(readBounceAddress(keyring, local.toUpperCase())).toEqual(token);
  });

  test("fits before an @, which has room for 64 characters", () => {
    expect(local.length).toBeLessThanOrEqual(64);
  });

  test("that was changed anywhere is nobody's", () => {
    for (const changed of withOneLetterChanged(local).filter((text) => text.toLowerCase() !== local))
      expect(readBounceAddress(keyring, changed)).toBeNull();
    expect(readBounceAddress(stranger, local)).toBeNull();
  });
});

describe("an API key", () => {
  test("is stored as its hash, and recognised by it", () => {
    const key = newApiKey("write");
    const { hash, prefix } = storedKey(key);
    expect(JSON.stringify({ hash, prefix })).not.toContain(key);
    expect(key.startsWith(prefix)).toBe(true);
    expect(isKey(key, hash)).toBe(true);
    expect(isKey(newApiKey("write"), hash)).toBe(false);
  });
});

test("Telegram's requests are known by any of our keys, so that a change of the key loses none", () => {
  expect(isTelegramWebhookSecret(keyring, telegramWebhookSecret(keyring))).toBe(true);
  expect(isTelegramWebhookSecret(keyring, telegramWebhookSecret(former))).toBe(true);
  expect(isTelegramWebhookSecret(keyring, telegramWebhookSecret(stranger))).toBe(false);
  expect(isTelegramWebhookSecret(keyring, "")).toBe(false);
});
