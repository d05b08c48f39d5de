import type { AccountMail } from "@overdue/channels/email";
import type { Config } from "@overdue/config";
import type { UpdateState } from "@overdue/core";
import {
  claimStatusMail,
  confirmSubscriptionLink,
  type Db,
  endSubscriptionLink,
  finishStatusMail,
  keyringOf,
  loadStatusMail,
  postponeStatusMail,
  type StatusMailContent,
  type StatusMailRow,
  stopRefusedSubscriber,
} from "@overdue/db";
import type { Logger } from "pino";

import { MailQueue, type MailSource } from "../transports/mail-queue.ts";

/** Sends the updates of status pages to their subscribers, and asks new ones whether they agree. */
export function openStatusMails(of: { db: Db; config: Config; log: Logger }): MailQueue<StatusMailRow> {
  const { db, config } = of;
  const keyring = keyringOf(config.secretKeys);
  const source: MailSource<StatusMailRow> = {
    noun: "Mails to subscribers",
    claim: () => claimStatusMail(db),
    compose: async ({ id }) => {
      const content = await loadStatusMail(db, id);
      if (content === null) return null;
      const link = { base: `${config.publicUrl}/status`, subscriberId: content.subscriberId };
      const stopUrl = endSubscriptionLink(keyring, link);
      const mail =
        content.update === null
          ? confirmMail(content, { publicUrl: config.publicUrl, url: confirmSubscriptionLink(keyring, link) })
          : updateMail({ ...content, update: content.update }, { publicUrl: config.publicUrl, stopUrl });
      const { renderAccountMail } = await import("@overdue/channels/email");
      return { to: content.email, stopUrl, ...(await renderAccountMail(mail)) };
    },
    finish: (id) => finishStatusMail(db, id),
    postpone: (id, seconds) => postponeStatusMail(db, id, seconds),
    refused: (id, because) => stopRefusedSubscriber(db, id, because),
  };
  return new MailQueue(source, of);
}

/**
 * A mail to an address whose recipient has not agreed yet contains no text that somebody typed: otherwise anybody could make
 * this instance send advertisements. So the page is named by its address on this instance, not by its own host name.
 */
function confirmMail(
  { page }: StatusMailContent,
  { publicUrl, url }: { publicUrl: string; url: string },
): AccountMail {
  const address = `${publicUrl}/status/${page.slug}`;
  return {
    subject: "Confirm that you want the updates of a status page",
    sentences: [
      `Open this link to get the updates of ${address} here. It is good for three days.`,
      "If this was not you, do nothing: no updates are sent unless you open the link.",
    ],
    button: { label: "See what it is, and confirm", url },
    reason: `Sent by Overdue, since somebody typed this address into ${address}.`,
  };
}

const STATE_TEXT: Record<UpdateState, string> = {
  investigating: "Investigating",
  identified: "Identified",
  monitoring: "Monitoring",
  resolved: "Resolved",
  notice: "Announcement",
};

function updateMail(
  { email, page, update }: StatusMailContent & { update: NonNullable<StatusMailContent["update"]> },
  { publicUrl, stopUrl }: { publicUrl: string; stopUrl: string },
): AccountMail {
  const { slug, host, name } = page;
  const url = host === null ? `${publicUrl}/status/${slug}` : `${new URL(publicUrl).protocol}//${host}/`;
  const { title, state, text, affects, at, editedAt, postId } = update;
  const zonedText = (instant: Date) => timeText(instant, page.timezone);
  return {
    // Mail programs ignore the text in brackets when they group mails by subject (RFC 5256, 2.1).
    subject: oneLine(`[${STATE_TEXT[state]}] ${title} (${name})`),
    heading: oneLine(`${STATE_TEXT[state]}: ${title}`),
    sentences: [
      ...text.split(/\n+/).filter((line) => line.trim() !== ""),
      ...(affects.length === 0 ? [] : [`Affects: ${affects.join(", ")}.`]),
      `Written at ${zonedText(at)}${editedAt === null ? "" : `, edited at ${zonedText(editedAt)}`}.`,
    ],
    button: { label: "Open the status page", url: `${url}#${postId}` },
    reason: `Sent by Overdue to ${email}, which subscribed to the updates of “${name}”.`,
    stop: { label: "No more updates of this page", url: stopUrl },
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}

/** "20 Nov 2026, 14:05 CET". */
function timeText(at: Date, timezone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(at);
}
