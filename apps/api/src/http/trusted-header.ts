import { isAllowed } from "@overdue/config";
import { mailAddress } from "@overdue/core";

import { plainAddress } from "./client-address.ts";
import type { AppContext } from "./context.ts";

const Address = mailAddress("No address.", "ascii domain").transform((email) => email.toLowerCase());

/**
 * The address of the person whom the proxy in front has signed in, in lower case; null if it names none. The header of any
 * other peer is ignored and counted: only the other end of the connection decides, and no header that it sends.
 */
export function emailByProxy(c: AppContext): string | null {
  const { settings, metrics } = c.var.deps;
  const { trustedHeader } = settings;
  const value = trustedHeader === null ? undefined : c.req.header(trustedHeader.header);
  if (trustedHeader === null || value === undefined) return null;
  if (isFrom(c, trustedHeader.peers)) return Address.safeParse(value).data ?? null;
  metrics.ignoredTrustedHeaders.inc();
  return null;
}

/** The person's name, from the same proxy; null if it gives none. Call it only where `emailByProxy` gave an address. */
export function nameByProxy(c: AppContext): string | null {
  const { nameHeader = null } = c.var.deps.settings.trustedHeader ?? {};
  const name = nameHeader === null ? undefined : c.req.header(nameHeader)?.trim().slice(0, 100);
  return name === undefined || name === "" ? null : name;
}

/** Whether the proxy that started a session names somebody else by now. */
export function isOtherPerson(c: AppContext, { trustedAs }: { trustedAs: string | null }): boolean {
  if (trustedAs === null) return false;
  const named = emailByProxy(c);
  return named !== null && named !== trustedAs;
}

/** Whether the other end of the connection has one of these addresses. */
function isFrom(c: AppContext, peers: Parameters<typeof isAllowed>[1]): boolean {
  const peer = plainAddress(c.var.deps.socketAddress(c) ?? "");
  return peer !== "" && isAllowed(peer, peers);
}
