import type { AlertMessage } from "../message/alert.ts";

/** Placeholders of a webhook's address, headers and body, by the names that Healthchecks gave them. */

type Place = "url" | "header" | "body";
type Value = (message: AlertMessage) => string;

const NO_CHECK = "00000000-0000-0000-0000-000000000000";

const VALUES: Record<string, Value> = {
  CODE: ({ facts }) => facts.check?.id ?? NO_CHECK,
  STATUS: ({ tone }) => (tone === "good" ? "up" : "down"),
  NOW: ({ facts }) => seconds(facts.flip?.at ?? facts.writtenAt),
  NAME: nameOf,
  NAME_JSON: (message) => JSON.stringify(nameOf(message)),
  SLUG: ({ facts }) => facts.check?.slug ?? "",
  TAGS: (message) => tagsOf(message).join(" "),
  EXITSTATUS: ({ facts }) => String(facts.lastPing?.exitStatus ?? -1),
  JSON: (message) => JSON.stringify(checkObject(message)),
};
const ONLY_IN_BODY: Record<string, Value> = {
  BODY: ({ facts }) => facts.lastPing?.output ?? "",
  BODY_JSON: ({ facts }) => JSON.stringify(facts.lastPing?.output ?? ""),
};
/** The longest first: $NAME_JSON is not $NAME and "_JSON". One digit, as Healthchecks reads them: $TAG10 is $TAG1 and "0". */
const PLACEHOLDER = /\$(NAME_JSON|BODY_JSON|EXITSTATUS|STATUS|TAG\d|TAGS|CODE|NAME|SLUG|JSON|BODY|NOW)/g;

/** Values are percent-encoded, and cannot change the host. */
export function fillUrl(address: string, message: AlertMessage): string {
  const { origin } = new URL(address);
  const behind = fill(address.slice(origin.length), message, "url");
  return address.startsWith(origin) ? origin + behind : address;
}

/** Values become one line of ASCII; what is none becomes a character reference. */
export function fillHeader(value: string, message: AlertMessage): string {
  return fill(value, message, "header");
}

/** Values as they are; those that end in _JSON are JSON literals. */
export function fillBody(body: string, message: AlertMessage): string {
  return fill(body, message, "body");
}

/** In one pass, so that what a job printed is never filled in itself. */
function fill(text: string, message: AlertMessage, place: Place): string {
  return text.replaceAll(PLACEHOLDER, (whole, name: string) => {
    const value = valueOf(name, message, place);
    return value === null ? whole : ENCODE[place](value);
  });
}

function valueOf(name: string, message: AlertMessage, place: Place): string | null {
  const tag = /^TAG(\d)$/.exec(name)?.[1];
  if (tag !== undefined) return tagsOf(message)[Number(tag) - 1] ?? "";
  const value = VALUES[name] ?? (place === "body" ? ONLY_IN_BODY[name] : undefined);
  return value === undefined ? null : value(message);
}

const ENCODE: Record<Place, (value: string) => string> = {
  url: (value) => encodeURIComponent(value.toWellFormed()).replaceAll("%2F", "/"),
  header: asciiLine,
  body: (value) => value,
};

function asciiLine(value: string): string {
  return value
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[^\x20-\x7e]/gu, (character) => `&#${character.codePointAt(0)};`)
    .slice(0, 1_000);
}

/** "2026-11-20T01:40:00+00:00" */
function seconds(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "+00:00");
}

function nameOf({ facts }: AlertMessage): string {
  return facts.check === null ? "TEST" : facts.check.name;
}

function tagsOf({ facts }: AlertMessage): readonly string[] {
  return facts.check?.tags ?? [];
}

/** What an alert knows of Healthchecks' check object, under its names. */
function checkObject(message: AlertMessage): Record<string, unknown> {
  const { check, lastPing } = message.facts;
  return {
    name: nameOf(message),
    slug: check?.slug ?? "",
    tags: tagsOf(message).join(" "),
    grace: check?.graceSeconds ?? 0,
    status: message.tone === "good" ? "up" : "down",
    last_ping: lastPing === null ? null : seconds(lastPing.at),
    uuid: check?.id ?? NO_CHECK,
  };
}
