import { type AlertFacts, type DeliveryKind, RunPayload } from "@overdue/core";
import type { AlertMessage } from "../../message/alert.ts";

/** The status of a check after an alert of this kind; null where the alert is about something else. */
const CHECK_STATUS: Record<DeliveryKind, "down" | "up" | null> = {
  down: "down",
  reminder: "down",
  up: "up",
  run: null,
  notice: null,
  test: null,
  report: null,
  system: null,
  confirm: null,
};

type MessageFacts = { facts: Pick<AlertFacts, "kind" | "group"> };

/** The status of the checks that a message is about; null where it is about something else, or where they differ. */
export function checkStatus({ facts }: MessageFacts): "down" | "up" | null {
  const kinds = facts.group ? facts.group.counts.map(({ kind }) => kind) : [facts.kind];
  const [status = null, ...others] = new Set(kinds.map((kind) => CHECK_STATUS[kind]));
  return others.length === 0 ? status : null;
}

/**
 * What happened, in one word for a program: "down" or "up" for a check; "success", "fail" or "lost" for a run; "digest" for
 * several alerts that differ; otherwise the kind of the message, such as "test" or "notice".
 */
export function statusWord(message: Pick<AlertMessage, "facts">): string {
  const { kind, group, payload } = message.facts;
  const status = checkStatus(message);
  if (status !== null) return status;
  if (group) return "digest";
  return kind === "run" ? RunPayload.parse(payload).outcome : kind;
}
