import type { AlertMessage, OpenChannel, Operator, Outcome } from "@overdue/channels";

import type { Egress } from "../egress/egress.ts";
import { sendHttp } from "./http.ts";
import type { Mailer } from "./mail.ts";

/** How an attempt ended. "plain" is dealt with inside the attempt. */
export type Ending = { result: Exclude<Outcome, { outcome: "plain" }>; statusCode: number | null };

/** Sends an alert through a channel, once. Never throws where `passOn` does not, and takes 10 s at most. */
export type Sender = { send(channel: OpenChannel, message: AlertMessage): Promise<Ending> };

export type SenderParts = {
  egress: Egress;
  mailer: Mailer;
  operator: Operator;
  /** Gives a delivery to other channels of its project. @returns to how many */
  passOn: (deliveryId: string, channelIds: readonly string[]) => Promise<number>;
};

export function openSender(parts: SenderParts): Sender {
  return {
    send: (channel, message) => {
      switch (channel.via) {
        case "mail":
          return parts.mailer.send(channel.to, message);
        case "http":
          return sendHttp(channel, message, parts);
        case "group":
          return sendToGroup(channel.channelIds, message, parts);
      }
    },
  };
}

/** Each channel of a group gets a delivery of its own, with its own attempts. */
async function sendToGroup(
  channelIds: readonly string[],
  { deliveryId }: AlertMessage,
  { passOn }: SenderParts,
): Promise<Ending> {
  const count = await passOn(deliveryId, channelIds);
  const because = count === 0 ? "Its channels are told already." : `Passed on to ${count} channels.`;
  return { result: { outcome: "sent", providerRef: null, because }, statusCode: null };
}
