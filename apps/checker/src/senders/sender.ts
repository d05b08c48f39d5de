import type { AlertMessage, OpenChannel, Operator, Outcome } from "@overdue/channels";

import type { Egress } from "../egress/egress.ts";
import { sendHttp } from "./http.ts";
import type { Mailer } from "./mail.ts";

/** How an attempt ended. "plain" is dealt with inside the attempt. */
export type Ending = { result: Exclude<Outcome, { outcome: "plain" }>; statusCode: number | null };

/** Sends an alert through a channel, once. Never throws, and takes 10 s at most. */
export type Sender = { send(channel: OpenChannel, message: AlertMessage): Promise<Ending> };

export type SenderParts = { egress: Egress; mailer: Mailer; operator: Operator };

export function openSender(parts: SenderParts): Sender {
  return {
    send: (channel, message) =>
      channel.via === "mail" ? parts.mailer.send(channel.to, message) : sendHttp(channel, message, parts),
  };
}
