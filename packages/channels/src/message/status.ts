import type { AlertFacts, AlertKind, AlertMessage } from "./alert.ts";
import { RunPayload } from "./payload.ts";

/** What became of a check, by the kind of an alert about it; null: it is about something else. */
const CHECK_STATUS: Record<AlertKind, "down" | "up" | null> = {
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

type About = { facts: Pick<AlertFacts, "kind" | "group"> };

/** What became of the checks that a message is about; null: it is about something else, or they differ. */
export function checkStatus({ facts }: About): "down" | "up" | null {
  const kinds = facts.group ? facts.group.counts.map(({ kind }) => kind) : [facts.kind];
  const [status = null, ...others] = new Set(kinds.map((kind) => CHECK_STATUS[kind]));
  return others.length === 0 ? status : null;
}

/**
 * What a message says happened, in one word for a program: "down" or "up" of a check, "success", "fail" or "lost" of a
 * run, "digest" of several alerts that differ; else what the message is, such as "test" or "notice".
 */
export function statusWord(message: Pick<AlertMessage, "facts">): string {
  const { kind, group, payload } = message.facts;
  const status = checkStatus(message);
  if (status !== null) return status;
  if (group) return "digest";
  return kind === "run" ? RunPayload.parse(payload).outcome : kind;
}
