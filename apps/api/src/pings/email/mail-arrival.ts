import { randomUUID } from "node:crypto";

import type { Instant } from "@overdue/schedules";
import { type MailText, readMail } from "@overdue/core";
import type { Arrival, Target } from "@overdue/db";

import { type KeptBody, keptOf } from "../body-collector.ts";
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

/** The ping that a mail is for one of its recipients. The first and the last `bodyBytesMax` bytes of its source are kept. */
export function mailArrival(target: Target, mail: Mail, bodyBytesMax: number): Arrival {
  const { message, text, sender, remoteAddress, receivedAt } = mail;
  const body = keptOfMessage(message, bodyBytesMax);
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
      body: body.kept,
      bodyBytes: message.bytes,
      bodyCutAt: body.cutAt,
      note: null,
    },
  };
}

function keptOfMessage({ head, tail, isCut }: Message, limit: number): Pick<KeptBody, "kept" | "cutAt"> {
  if (!isCut) return keptOf(Buffer.concat([head, tail]), limit);
  const first = head.subarray(0, limit);
  const last = tail.subarray(Math.max(0, tail.length - limit));
  return { kept: Buffer.concat([first, last]), cutAt: first.length };
}
