import { badgeSignature } from "./badge-signature.ts";

const FORMATS = ["svg", "json", "shields"] as const;

/** The addresses of a tag's badges (`*`: of all checks), with two states and, where the name ends in 3, with three. */
export function badgeUrls(tag: string, of: { publicUrl: string; badgeKey: string; secret: string }) {
  const { publicUrl, badgeKey, secret } = of;
  const signature = badgeSignature(secret, { badgeKey, tag });
  const base = `${publicUrl}/badge/${badgeKey}/${signature}`;
  // Twice, since a server decodes a path once before it looks at it.
  const name = tag === "*" ? "" : `/${quote(quote(tag))}`;
  return Object.fromEntries(
    FORMATS.flatMap((format) => [
      [format, `${base}-2${name}.${format}`],
      [`${format}3`, `${base}${name}.${format}`],
    ]),
  );
}

/** Percent-encodes all but letters, digits and `_~.-`. */
function quote(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
