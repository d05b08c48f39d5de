import type { AlertMessage } from "./alert.ts";

/** What ties an up to its down at a provider that keeps incidents of its own; ASCII, at most 64 characters. */
export function incidentKey({ facts }: AlertMessage): string {
  if (facts.kind === "system") return `overdue-${facts.deliveryId}`;
  return `overdue-${facts.incident?.id ?? facts.check?.id ?? `test-${facts.channel.id}`}`;
}
