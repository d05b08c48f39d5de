import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { z } from "zod";

import { readRedisAddress } from "./redis-address.ts";

const SECRET_CHARS_MIN = 32;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const commaList = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

/** A whole number in decimal digits between two bounds, both included. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** A URL of one of the given schemes, such as `https:`. */
export function urlOf(...schemes: string[]) {
  const names = schemes.map((scheme) => `${scheme}//`).join(" or ");
  return z
    .string()
    .refine(
      (text) => schemes.includes(URL.parse(text)?.protocol ?? ""),
      `must be a URL that starts with ${names}`,
    );
}

/** The address of a Redis server, of sentinels or of a cluster; see `readRedisAddress`. */
export const redisAddress = z
  .string()
  .refine(
    (text) => readRedisAddress(text) !== null,
    "must be redis://host:6379, redis+sentinel://host:26379,host:26379/NAME or redis+cluster://host:6379,host:6379; rediss instead of redis for TLS",
  );

/** Scheme, host and port of a web address without a path: `https://overdue.example.org`. */
export const origin = urlOf("http:", "https:")
  .refine(
    (text) => URL.parse(text)?.pathname === "/" && !/[?#]/.test(text),
    "must end after the host and port, without a path",
  )
  .transform((text) => new URL(text).origin);

/** A web address under which paths are added; a slash at its end is dropped. */
export const baseUrl = urlOf("http:", "https:").transform((text) => text.replace(/\/+$/, ""));

/** The name or address of a host, with an optional port. */
export const hostName = z
  .string()
  .regex(/^[a-z0-9.-]+(:\d{1,5})?$/i, "must be the name of a host, such as ping.example.org");

/** Names of hosts with optional ports, separated by commas; the result is in lower case. */
export const hostNames = z
  .string()
  .regex(
    /^\s*[a-z0-9.-]+(:\d{1,5})?(\s*,\s*[a-z0-9.-]+(:\d{1,5})?)*\s*$/i,
    "must be the name of a host, such as ping.example.org, or several with commas",
  )
  .transform((text) => text.split(",").map((name) => name.trim().toLowerCase()));

/** The domain of mail addresses, in lower case. */
export const mailDomain = z
  .string()
  .regex(/^[a-z0-9.-]+$/i, "must be the domain of mail addresses, such as ping.example.org")
  .transform((text) => text.toLowerCase());

/** The path of a PEM file with certificates; the result is the file's text. */
export const authorities = z.string().transform((path, context) => {
  const fail = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  try {
    const pem = readFileSync(path, "utf8");
    const [...certificates] = pem.matchAll(CERTIFICATE);
    for (const [certificate] of certificates) new X509Certificate(certificate);
    return certificates.length > 0 ? pem : fail("must hold at least one certificate as PEM");
  } catch (error) {
    const isUnread = error instanceof Error && "syscall" in error;
    return fail(isUnread ? "must be a file that can be read" : "must hold certificates as PEM");
  }
});

/** The e-mail address of an account; a domain such as münchen.example is converted to its ASCII form. */
export const accountEmail = z
  .string()
  .transform((text) => text.replace(/@([^@]+)$/, (_, domain: string) => `@${domainToASCII(domain)}`))
  .pipe(z.email("must be an e-mail address"));

/** To whom one writes, as a URI: an e-mail address becomes `mailto:…`. */
export const contact = z.union(
  [z.email().transform((address) => `mailto:${address}`), urlOf("https:", "mailto:")],
  "must be an e-mail address, or an address with https://",
);

/** An address to listen on: an IP address or a name. */
export const listenAddress = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || /^[a-z0-9.-]+$/i.test(text),
    "must be an IP address or the name of a host",
  );

/** Networks, as a list with commas: `10.0.0.0/8, fd00::/8, 192.0.2.7`. */
export const networks = commaList.refine(
  (items) => items.every(isNetwork),
  "must be a list, with commas, of IP addresses or networks such as 10.0.0.0/8",
);

/** One or more secrets of at least 32 characters, separated by commas, the newest first. */
export const secrets = commaList.refine(
  (items) => items.length > 0 && items.every((item) => item.length >= SECRET_CHARS_MIN),
  `must be at least ${SECRET_CHARS_MIN} characters long (several of them, with commas, newest first, while changing it)`,
);

/** A key that the operator chooses; it is used in URLs and headers. */
export const chosenKey = z.string().regex(/^[\w-]{8,64}$/, "must be 8 to 64 letters, digits, _ or -");

/** Whether a text is an IP address or a network, such as 10.0.0.0/8. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Public keys of age, separated by commas. */
export const ageRecipients = commaList.refine(
  (items) => items.length > 0 && items.every((item) => /^age1[02-9a-z]{50,}$/.test(item)),
  "must be public keys of age, such as age1…, with commas",
);

/** Domains of e-mail addresses, with commas between them. */
export const domains = commaList
  .transform((items) => items.map((item) => domainToASCII(item)))
  .refine(
    (items) => items.length > 0 && items.every((item) => item.includes(".")),
    "must be domains, such as example.org",
  );

const GRANT = /^(?<value>.+)=(?<projectId>[0-9a-f-]{36}):(?<role>owner|admin|member|viewer)$/;

/** What a value of a claim gives: `admins=PROJECT_ID:owner`, with commas between them. */
export const roleGrants = commaList.transform((items, context) =>
  items.flatMap((item) => {
    const { value, projectId, role } = GRANT.exec(item)?.groups ?? {};
    if (value === undefined || projectId === undefined || role === undefined) {
      context.addIssue("must look like admins=PROJECT_ID:owner, with owner, admin, member or viewer");
      return [];
    }
    return [{ value, projectId, role: role as "owner" | "admin" | "member" | "viewer" }];
  }),
);

/** Headers that say something else already. */
const TAKEN_HEADERS =
  /^(?:x-forwarded-.*|forwarded|cookie|authorization|host|origin|content-.*|user-agent)$/i;

/** The name of a header in which a proxy says who somebody is. */
export const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,100}$/, "must be the name of a header, such as Remote-Email")
  .refine(
    (name) => !TAKEN_HEADERS.test(name) || /^x-forwarded-(?:user|email|preferred-username)$/i.test(name),
    "must be a header that says nothing else",
  );
