import type { AlertFacts, AlertMessage } from "./alert.ts";
import { checkName } from "./names.ts";
import { reasonWord } from "./reason.ts";
import { oneLine } from "./text.ts";
import { duration } from "./time.ts";

const SUBJECT_CHARS = 180;

/**
 * The subject of a mail. Those of one incident differ by what stands in brackets before them alone, which mail programs
 * leave out when they compare subjects (RFC 5256, 2.1): "[Down] nightly backup: missed", "[Still down 2 h] nightly
 * backup: missed", "[Up again, 13 min late] nightly backup: missed".
 */
export function subjectOf(message: AlertMessage): string {
  const { facts, repeat, title } = message;
  const state = facts.group ? null : stateOf(facts);
  const subject =
    state === null || facts.incident === null
      ? title
      : `[${state}] ${checkName(facts)}: ${reasonWord(facts.incident.reason)}`;
  return oneLine(repeat === null ? subject : `${subject} (${repeat})`, SUBJECT_CHARS);
}

/** Null: it is about no incident, or says by itself how that ended. */
function stateOf(facts: AlertFacts): string | null {
  const { kind, incident, payload } = facts;
  if (incident === null || payload !== null) return null;
  if (kind === "down") return "Down";
  if (kind === "reminder") return `Still down ${duration(facts.writtenAt - incident.openedAt)}`;
  if (kind !== "up") return null;
  return `${facts.tellsDownToo ? "Was down, up" : "Up"} again${howLate(facts)}`;
}

/** A missed job that came after all was late. */
function howLate({ incident, flip }: AlertFacts): string {
  const expectedAt = incident?.evidence.expectedAt ?? null;
  if (incident?.reason !== "missed" || flip === null || expectedAt === null || flip.at <= expectedAt)
    return "";
  return `, ${duration(flip.at - expectedAt)} late`;
}
