import { DAY_MS } from "@overdue/schedules";
import { guard } from "../http/guard.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter } from "../http/route.ts";

/** A reader asks again before this time is over (RFC 9116 advises less than a year). */
const VALID_MS = 180 * DAY_MS;

/** `GET /.well-known/security.txt`: to whom somebody writes who has found a hole in this instance (RFC 9116). */
export const securityTxtRoute = createRouter().get(
  "/.well-known/security.txt",
  guard({ auth: "public", isRateLimitExempt: true }),
  (c) => {
    const { settings, now } = c.var.deps;
    const { securityContact, publicUrl } = settings;
    if (securityContact === null)
      throw new ApiError("not_found", "This instance names no contact: its operator sets SECURITY_CONTACT.");
    const lines = [
      `Contact: ${securityContact}`,
      `Expires: ${new Date(now() + VALID_MS).toISOString()}`,
      `Canonical: ${publicUrl}/.well-known/security.txt`,
      "Preferred-Languages: en",
    ];
    return c.text(`${lines.join("\n")}\n`);
  },
);
