import { z } from "zod";

/** Letters, digits and a few marks; no quotes or comments, which two mail servers may read differently. */
const LOCAL_PART = /^[\p{L}\p{N}\p{M}.!#$%&'*+/=?^_`{|}~-]{1,64}$/u;
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const TYPED_DOMAIN = /^[\p{L}\p{N}\p{M}.-]+$/u;
const ADDRESS_CHARS_MAX = 254;

/** Why nothing is sent by e-mail, and who can fix it. A sentence about what waits for that may follow. */
export const NO_MAIL_SERVER = "No mail server is set: the operator must set SMTP_URL.";

/**
 * A schema for one e-mail address as a person types it, such as `ops@münchen.example`. It is kept as typed, in Unicode's
 * composed form (NFC), so that the same address is always the same text.
 */
export function mailAddress(message: string, form: "as typed" | "ascii domain" = "as typed") {
  return z
    .string({ error: message })
    .trim()
    .max(ADDRESS_CHARS_MAX, `An e-mail address has at most ${ADDRESS_CHARS_MAX} characters.`)
    .transform((text, context) => {
      const typed = text.normalize("NFC");
      const at = typed.lastIndexOf("@");
      const domain = asciiDomain(typed.slice(at + 1));
      if (at > 0 && LOCAL_PART.test(typed.slice(0, at)) && domain !== null) {
        return form === "as typed" ? typed : `${typed.slice(0, at)}@${domain}`;
      }
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    });
}

/** The domain in ASCII, as mail servers know it, such as `xn--mnchen-3ya.example`; null if it is not a domain. */
export function asciiDomain(domain: string): string | null {
  if (DOMAIN.test(domain)) return domain;
  if (!TYPED_DOMAIN.test(domain)) return null;
  const ascii = URL.parse(`http://${domain}/`)?.hostname ?? "";
  return DOMAIN.test(ascii) ? ascii : null;
}

/** An address with its domain in ASCII; anything that is not an address is returned as it is. */
export function withAsciiDomain(address: string): string {
  const at = address.lastIndexOf("@");
  return address.slice(0, at + 1) + (asciiDomain(address.slice(at + 1)) ?? address.slice(at + 1));
}
