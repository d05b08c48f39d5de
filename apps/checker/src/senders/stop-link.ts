import type { AlertMessage } from "@overdue/channels";
import { type Keyring, stopReportsLink, unsubscribeLink } from "@overdue/db";

/** Where whoever gets the mail ends such mails: reports by themselves, since alerts are another matter. */
export function stopLinkOf(
  { facts }: AlertMessage,
  { keyring, publicUrl }: { keyring: Keyring; publicUrl: string },
): string {
  const reportId = facts.kind === "report" ? facts.payload?.["reportId"] : undefined;
  if (typeof reportId === "string") return stopReportsLink(keyring, { publicUrl, reportId });
  return unsubscribeLink(keyring, { publicUrl, channelId: facts.channel.id });
}
