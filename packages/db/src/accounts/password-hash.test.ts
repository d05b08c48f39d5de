import { expect, test } from "vitest";

import { hashPassword, isOldHash, TooManyPasswords, verifyPassword } from "./password-hash.ts";

const PASSWORD = "correct horse battery";
/** By better-auth. */
const BY_SCRYPT =
  "6751f7f6452e24156bb3e1d4353be9ea:b1246b99791c32d280dda1d3e2ea42d98bd2d90b6c1a086c9687a5d773c80a15dc1e9b7653ea53598cdba336e933002ff79597da223b72054a91a86f70d6d3ab";

test("a password is stored as argon2id with a salt of its own, and only it fits", async () => {
  const [one, other] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(one).not.toBe(other);
  expect(await verifyPassword(one, PASSWORD)).toBe(true);
  expect(await verifyPassword(one, `${PASSWORD}!`)).toBe(false);
  expect(isOldHash(one)).toBe(false);
});

test("the same characters in another Unicode form are the same password", async () => {
  expect(await verifyPassword(await hashPassword("Ångström und mehr"), "Ångström und mehr")).toBe(true);
});

test("a hash by scrypt, from before, still fits and is known as old", async () => {
  expect(await verifyPassword(BY_SCRYPT, PASSWORD)).toBe(true);
  expect(await verifyPassword(BY_SCRYPT, "another")).toBe(false);
  expect(isOldHash(BY_SCRYPT)).toBe(true);
  expect(isOldHash((await hashPassword(PASSWORD)).replace("t=2", "t=1"))).toBe(true);
});

test("a hash of other costs is checked by its own", async () => {
  // By the reference implementation: argon2 "password" with the salt "somesalt", t=2, m=2^16, p=1.
  const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  expect(await verifyPassword(reference, "password")).toBe(true);
});

test("no password fits an account that does not exist", async () => {
  expect(await verifyPassword(null, PASSWORD)).toBe(false);
});

test("a storm of passwords is refused beyond what may wait, and the others are all checked", async () => {
  const cheap = `$argon2id$v=19$m=8,t=1,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;
  const storm = await Promise.allSettled(Array.from({ length: 510 }, () => verifyPassword(cheap, PASSWORD)));
  const refused = storm.filter((one) => one.status === "rejected");
  expect(refused).toHaveLength(8);
  expect(refused.every(({ reason }) => reason instanceof TooManyPasswords)).toBe(true);
});
