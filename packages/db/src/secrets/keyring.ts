import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

import { isUuid } from "@overdue/core";

/** The place of a sealed value. It can be opened only there, so a ciphertext that is copied to another row is useless. */
export type Place = { table: string; column: string; rowId: string; projectId: string };

/** The first key encrypts; any of them decrypts. */
export type Keyring = { keys: readonly { id: string; key: Buffer }[] };

/** A value was sealed with a key that SECRET_KEY does not have. */
export class LostKey extends Error {
  /** `what`: names the value that cannot be read, as the beginning of a sentence. */
  constructor(what = "Something that is stored here") {
    super(
      `${what} was encrypted with another SECRET_KEY, so it cannot be read. The operator must set SECRET_KEY to the present key, a comma, and the former one; if that is lost, the secret settings must be entered again.`,
    );
  }
}

/** Makes a keyring. `secrets`: newest first. A key's id is a short hash of it, so that order and number may change. */
export function keyringOf(secrets: readonly string[]): Keyring {
  return { keys: secrets.map((secret) => ({ id: keyId(secret), key: derive(secret, "seal") })) };
}

/** Derives a key for a single purpose, such as signing sessions. */
export function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "overdue", purpose, 32));
}

/** Encrypts a value with AES-256-GCM and a random nonce, bound to its place: `v1.<key id>.<nonce>.<ciphertext and tag>`. */
export function seal(keyring: Keyring, place: Place, plain: string): string {
  const first = newestKey(keyring);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", first.key, nonce).setAAD(authenticatedData(place));
  const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return ["v1", first.id, nonce.toString("base64url"), sealed.toString("base64url")].join(".");
}

/** Decrypts a sealed value. @throws LostKey; an Error if the text was changed or sealed for another place */
export function unseal(keyring: Keyring, place: Place, text: string): string {
  const [version, id, nonce, sealed] = text.split(".");
  const key = keyring.keys.find((candidate) => candidate.id === id);
  if (version !== "v1" || nonce === undefined || sealed === undefined) throw new Error("Not a sealed value.");
  if (key === undefined) throw new LostKey();
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key.key, Buffer.from(nonce, "base64url"))
    .setAAD(authenticatedData(place))
    .setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8");
}

/** Whether the keyring has the key of a sealed value; it may still have been changed. */
export function hasKeyOf({ keys }: Keyring, text: string): boolean {
  const id = text.split(".")[1];
  return keys.some((key) => key.id === id);
}

function keyId(secret: string): string {
  return createHash("sha256").update(derive(secret, "key id")).digest("hex").slice(0, 8);
}

function authenticatedData(place: Place): Buffer {
  return Buffer.from([place.table, place.column, place.rowId, place.projectId].join("|"));
}

/** HMAC-SHA256 of a text in base64url, with a key that is derived for this purpose alone. */
export function sign(key: Buffer, purpose: string, text: string): string {
  return createHmac("sha256", signingKey(key, purpose)).update(text).digest("base64url");
}

const signingKeys = new WeakMap<Buffer, Map<string, KeyObject>>();

/** The key for a purpose. Derived keys are remembered, since deriving one takes ten times as long as signing. */
function signingKey(key: Buffer, purpose: string): KeyObject {
  const known = signingKeys.get(key) ?? new Map<string, KeyObject>();
  signingKeys.set(key, known);
  const derived =
    known.get(purpose) ?? createSecretKey(Buffer.from(hkdfSync("sha256", key, "overdue", purpose, 32)));
  known.set(purpose, derived);
  return derived;
}

/** The key with which new values are sealed and signed. @throws if there is none */
export function newestKey(keyring: Keyring): Keyring["keys"][number] {
  const [first] = keyring.keys;
  if (first === undefined) throw new Error("The keyring is empty: set SECRET_KEY.");
  return first;
}

/** Whether two secrets are equal. The time that this takes tells neither where they differ nor how long the right one is. */
export function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** A signed id as the query of a link (`id`, `key`, `signature`), which allows its holder one purpose. */
export function signId(keyring: Keyring, purpose: string, id: string): URLSearchParams {
  const newest = newestKey(keyring);
  return new URLSearchParams({ id, key: newest.id, signature: sign(newest.key, purpose, id) });
}

/** The id that was signed for this purpose; null if the signature is not valid. */
export function readSignedId(keyring: Keyring, purpose: string, query: URLSearchParams): string | null {
  const id = query.get("id") ?? "";
  const key = keyring.keys.find((candidate) => candidate.id === query.get("key"));
  if (key === undefined || !isUuid(id)) return null;
  return isSameSecret(query.get("signature") ?? "", sign(key.key, purpose, id)) ? id : null;
}
