import { type AlertFacts, durationText } from "@overdue/core";
import type { AlertMessage } from "../message/alert.ts";
import { checkName } from "../message/names.ts";
import { reasonWord } from "../message/reasons.ts";
import { oneLine } from "../message/text.ts";

const SUBJECT_CHARS = 180;

/**
 * The subject of a mail, such as "[Down] nightly backup: missed", "[Still down 2 h] nightly backup: missed" or "[Up again,
 * 13 min late] nightly backup: missed". Mails about one incident differ only in the brackets, which mail programs ignore
 * when they group mails by subject (RFC 5256, 2.1).
 */
export function alertSubject(message: AlertMessage): string {
  const { facts, repeat, title } = message;
  const state = facts.group ? null : incidentState(facts);
  const subject =
    state === null || facts.incident === null
      ? title
      : `[${state}] ${checkName(facts)}: ${reasonWord(facts.incident.reason)}`;
  return oneLine(repeat === null ? subject : `${subject} (${repeat})`, SUBJECT_CHARS);
}

/** The words in the brackets; null where the mail is about no incident, or where its title says how that ended. */
function incidentState(facts: AlertFacts): string | null {
  const { kind, incident, payload } = facts;
  if (incident === null || payload !== null) return null;
  if (kind === "down") return "Down";
  if (kind === "reminder") return `Still down ${durationText(facts.writtenAt - incident.openedAt)}`;
  if (kind !== "up") return null;
  return `${facts.includesDown ? "Was down, up" : "Up"} again${lateness(facts)}`;
}

/** ", 13 min late" for a missed run that came after all; else empty. */
function lateness({ incident, flip }: AlertFacts): string {
  const expectedAt = incident?.evidence.expectedAt ?? null;
  if (incident?.reason !== "missed" || flip === null || expectedAt === null || flip.at <= expectedAt)
    return "";
  return `, ${durationText(flip.at - expectedAt)} late`;
}
