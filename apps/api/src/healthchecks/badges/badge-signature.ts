import { createHash, createHmac, timingSafeEqual } from "node:crypto";

const SIGNATURE_CHARS = 8;

/** What a badge's address must carry: made of the secret, the project's badge key and the tag (`*` for all). */
export function badgeSignature(secret: string, badge: { badgeKey: string; tag: string }): string {
  const key = createHash("sha1")
    .update(badge.badgeKey + secret)
    .digest();
  return createHmac("sha1", key).update(badge.tag).digest("base64url").slice(0, SIGNATURE_CHARS);
}

/** Whether one of the secrets made this signature; only its first 8 characters count. */
export function isBadgeSignature(
  signature: string,
  secrets: readonly string[],
  badge: { badgeKey: string; tag: string },
): boolean {
  const sent = Buffer.from(signature.slice(0, SIGNATURE_CHARS));
  return secrets.some((secret) => {
    const right = Buffer.from(badgeSignature(secret, badge));
    return sent.length === right.length && timingSafeEqual(sent, right);
  });
}
