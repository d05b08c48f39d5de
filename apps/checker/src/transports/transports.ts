import type { AlertMessage, OpenChannel, Operator } from "@overdue/channels";
import type { AttemptResult } from "@overdue/core";
import type { PassedOn } from "@overdue/db";

import type { Egress } from "../egress/egress.ts";
import { sendHttp } from "./http.ts";
import type { Mailer } from "./mail.ts";

/** Sends an alert through a channel, once. Never throws where `passOn` does not; only a mail takes longer than 20 s. */
export type Transports = { send(channel: OpenChannel, message: AlertMessage): Promise<AttemptResult> };

export type TransportParts = {
  egress: Egress;
  mailer: Mailer;
  operator: Operator;
  /** Gives a delivery to other channels of its project. */
  passOn: (deliveryId: string, channelIds: readonly string[]) => Promise<PassedOn>;
};

export function openTransports(parts: TransportParts): Transports {
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

const NOBODY = {
  outcome: "permanent",
  because: "None of its channels is there any more: choose others.",
} as const;

/** Each channel of a group gets a delivery of its own, with its own attempts. */
async function sendToGroup(
  channelIds: readonly string[],
  { deliveryId }: AlertMessage,
  { passOn }: TransportParts,
): Promise<AttemptResult> {
  const { members, written } = await passOn(deliveryId, channelIds);
  if (members === 0) return { ...NOBODY, statusCode: null };
  const because =
    written === 0
      ? "Its channels have it already."
      : `Passed on to ${written === 1 ? "1 channel" : `${written} channels`}.`;
  return { outcome: "sent", providerRef: null, because, statusCode: null };
}
