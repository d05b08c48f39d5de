import { randomUUID } from "node:crypto";

import { type Instant, type MailText, readMail } from "@overdue/core";
import type { Arrival, Target } from "@overdue/db";

import type { Message } from "./read-message.ts";

const USER_AGENT_CHARS = 200;

/** One mail as it was accepted, whoever it is for. */
export type Mail = {
  message: Message;
  text: MailText;
  /** Of the envelope; empty for a bounce. */
  sender: string;
  remoteAddress: string | null;
  receivedAt: Instant;
};

/** The ping that a mail is for one of its recipients. At most `bodyBytesMax` of its source are kept. */
export function mailArrival(target: Target, mail: Mail, bodyBytesMax: number): Arrival {
  const { message, text, sender, remoteAddress, receivedAt } = mail;
  const kept = message.head.subarray(0, bodyBytesMax);
  return {
    target,
    host: remoteAddress,
    digest: null,
    read: (reading) => readMail(reading, text),
    record: {
      id: randomUUID(),
      receivedAt,
      rid: null,
      exitStatus: null,
      scheme: "email",
      method: "",
      remoteAddress,
      userAgent: `Email from ${sender}`.slice(0, USER_AGENT_CHARS),
      body: kept.length === 0 ? null : kept,
      bodyBytes: message.bytes,
      note: null,
    },
  };
}
