import { createHash } from "node:crypto";
import type { Keyring } from "../secrets/keyring.ts";
import { isSame, sign, signingKey } from "../secrets/signed-id.ts";

/** A mail that was sent, and a short mark of the address it went to: the channel may have another one since. */
export type BounceToken = { deliveryId: string; addressMark: string };

const PURPOSE = "bounce address";
const MARK_HEX = 4;
const SIGNATURE_HEX = 20;
const LOCAL = /^bounce\+([0-9a-f]{32})([0-9a-f]{4})([0-9a-f]{20})$/;

/**
 * The envelope's sender of one mail, by which what comes back is known (VERP): `bounce+…@domain`. Hexadecimal, since some
 * servers change the case; 63 characters before the @, of 64 that there may be.
 */
export function bounceAddress(
  keyring: Keyring,
  of: { deliveryId: string; to: string; domain: string },
): string {
  const id = of.deliveryId.replaceAll("-", "");
  const mark = addressMark(of.to);
  return `bounce+${id}${mark}${signatureOf(signingKey(keyring).key, id + mark)}@${of.domain}`;
}

/** Reads what stands before the @; null for what we never signed. */
export function readBounceAddress(keyring: Keyring, local: string): BounceToken | null {
  const [, id, mark, signature] = LOCAL.exec(local.toLowerCase()) ?? [];
  if (id === undefined || mark === undefined || signature === undefined) return null;
  const isOurs = keyring.keys.some(({ key }) => isSame(signatureOf(key, id + mark), signature));
  const deliveryId = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return isOurs ? { deliveryId, addressMark: mark } : null;
}

/** No secret: it tells a channel's address of now from the one of then. */
export function addressMark(address: string): string {
  return createHash("sha256").update(address.toLowerCase()).digest("hex").slice(0, MARK_HEX);
}

function signatureOf(key: Buffer, text: string): string {
  return sign(key, PURPOSE, text).toString("hex").slice(0, SIGNATURE_HEX);
}
