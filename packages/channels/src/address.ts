import { z } from "zod";

const URL_CHARS = 2_000;

/** A web address that alerts may be posted to, in its normal form. Which hosts it may reach is decided when it is used. */
export const hookUrl = z
  .string({ error: "Give the full address, such as https://example.org/hook." })
  .trim()
  .max(URL_CHARS, `The address may have at most ${URL_CHARS} characters.`)
  .transform((text, context) => {
    const url = URL.parse(text);
    const fault = url === null ? "Give the full address, such as https://example.org/hook." : faultOf(url);
    if (fault !== null) context.addIssue({ code: "custom", message: fault });
    return url?.href ?? z.NEVER;
  });

/** A server of one's own, such as https://ntfy.example.org: kept without a slash at its end. */
export const serverUrl = hookUrl.transform((url) => url.replace(/\/+$/, ""));

/** The host of an address, for showing: the path of a hook is often its secret. */
export function hostOf(address: string): string {
  return URL.parse(address)?.host ?? "";
}

function faultOf(url: URL): string | null {
  if (!["http:", "https:"].includes(url.protocol)) return "The address must begin with https:// or http://.";
  if (url.username !== "" || url.password !== "") {
    return "Leave the user name and password out of the address; put them into a header.";
  }
  return null;
}
