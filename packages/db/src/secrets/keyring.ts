import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

/** The place of a sealed value. It opens only there, so a ciphertext that is copied to another row is useless. */
export type Place = { table: string; column: string; rowId: string; projectId: string };

/** Encrypts with its first key and decrypts with any. */
export type Keyring = { keys: readonly { id: string; key: Buffer }[] };

/** A value was sealed with a key that SECRET_KEY does not have. */
export class LostKey extends Error {
  /** `what`: the value that cannot be read, as the beginning of a sentence. */
  constructor(what = "Something that is stored here") {
    super(
      `${what} was encrypted with another SECRET_KEY, so it cannot be read. The operator must set SECRET_KEY to the present key, a comma, and the former one; where that is lost, what is secret has to be given again.`,
    );
  }
}

/** `secrets`: newest first. Each key's id is a short hash of it, so that order and number may change. */
export function keyringOf(secrets: readonly string[]): Keyring {
  return { keys: secrets.map((secret) => ({ id: keyId(secret), key: derive(secret, "seal") })) };
}

/** Derives a key for one other purpose, such as signing sessions. */
export function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "overdue", purpose, 32));
}

/** AES-256-GCM with a random nonce, bound to its place: `v1.<key id>.<nonce>.<ciphertext and tag>`. */
export function seal(keyring: Keyring, place: Place, plain: string): string {
  const [first] = keyring.keys;
  if (first === undefined) throw new Error("The keyring is empty: set SECRET_KEY.");
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", first.key, nonce).setAAD(additional(place));
  const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return ["v1", first.id, nonce.toString("base64url"), sealed.toString("base64url")].join(".");
}

/** @throws LostKey; an Error where the text was changed, or it was sealed for another place. */
export function unseal(keyring: Keyring, place: Place, text: string): string {
  const [version, id, nonce, sealed] = text.split(".");
  const key = keyring.keys.find((candidate) => candidate.id === id);
  if (version !== "v1" || nonce === undefined || sealed === undefined) throw new Error("Not a sealed value.");
  if (key === undefined) throw new LostKey();
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key.key, Buffer.from(nonce, "base64url"))
    .setAAD(additional(place))
    .setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8");
}

function keyId(secret: string): string {
  return createHash("sha256").update(derive(secret, "key id")).digest("hex").slice(0, 8);
}

function additional(place: Place): Buffer {
  return Buffer.from([place.table, place.column, place.rowId, place.projectId].join("|"));
}
