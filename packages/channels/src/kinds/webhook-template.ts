import type { AlertMessage } from "../message/alert.ts";
import { RunPayload } from "../message/payload.ts";
import { statusWord } from "../message/status.ts";
import { escapeFor, fillJson, formatOf } from "./webhook-format.ts";

/** Placeholders of a webhook's address, headers and body, by the names that Healthchecks gave them. */

/** `literal`: how the value stands in a JSON document where no string surrounds it. */
export type Value = { text: string; literal: string };
type Read = (message: AlertMessage) => Value;

const NO_CHECK = "00000000-0000-0000-0000-000000000000";

const VALUES: Record<string, Read> = {
  CODE: textOf(codeOf),
  STATUS: textOf(statusWord),
  NOW: textOf(({ facts }) => seconds(facts.flip?.at ?? facts.writtenAt)),
  NAME: textOf(nameOf),
  NAME_JSON: jsonOf(nameOf),
  SLUG: textOf(({ facts }) => facts.check?.slug ?? ""),
  TAGS: textOf((message) => tagsOf(message).join(" ")),
  TAGS_JSON: jsonOf(tagsOf),
  EXITSTATUS: jsonOf(exitStatusOf),
  JSON: jsonOf(checkObject),
};
const ONLY_IN_BODY: Record<string, Read> = {
  BODY: (message) => ({ text: outputOf(message), literal: asJson(outputOf(message)) }),
  BODY_JSON: jsonOf(outputOf),
};
/** The longest first: $NAME_JSON is not $NAME and "_JSON". One digit, as Healthchecks reads them: $TAG10 is $TAG1 and "0". */
const PLACEHOLDER =
  /\$(NAME_JSON|BODY_JSON|TAGS_JSON|TAG\d_JSON|EXITSTATUS|STATUS|TAG\d|TAGS|CODE|NAME|SLUG|JSON|BODY|NOW)/g;
const HEADER_CHARS = 4_000;

/** Values are percent-encoded; they change neither the host nor how many folders the path has. */
export function fillUrl(address: string, message: AlertMessage): string {
  const { origin } = new URL(address);
  if (!address.startsWith(origin)) return address;
  const [path = "", ...query] = address.slice(origin.length).split(/(?=[?#])/);
  const folders = path.split("/").map((folder) => folderOf(folder, message));
  return origin + folders.join("/") + fill(query.join(""), message, { escape: encodedInQuery });
}

/** Values become one line of ASCII; what is none becomes a character reference. */
export function fillHeader(value: string, message: AlertMessage): string {
  return fill(value, message, { escape: asciiLine }).slice(0, HEADER_CHARS);
}

/**
 * Values are escaped as the body's type wants it; those that end in _JSON are JSON literals. `contentType`: as the
 * person set it; without, the body is looked at.
 */
export function fillBody(body: string, message: AlertMessage, contentType: string | undefined): string {
  const format = formatOf(contentType, body.replaceAll(PLACEHOLDER, "0"));
  if (format === "json") {
    return fillJson(body, PLACEHOLDER, (name) => valueOf(name, message, { isBody: true }));
  }
  return fill(body, message, { escape: (text) => escapeFor(format, text), isBody: true });
}

/** In one pass, so that what a job printed is never filled in itself. */
function fill(
  text: string,
  message: AlertMessage,
  { escape, isBody = false }: { escape: (value: string) => string; isBody?: boolean },
): string {
  return text.replaceAll(PLACEHOLDER, (whole, name: string) => {
    const value = valueOf(name, message, { isBody });
    return value === null ? whole : escape(value.text);
  });
}

function valueOf(name: string, message: AlertMessage, { isBody }: { isBody: boolean }): Value | null {
  const [, tag, json] = /^TAG(\d)(_JSON)?$/.exec(name) ?? [];
  if (tag !== undefined) {
    const text = tagsOf(message)[Number(tag) - 1] ?? "";
    return { text: json === undefined ? text : JSON.stringify(text), literal: JSON.stringify(text) };
  }
  const read = VALUES[name] ?? (isBody ? ONLY_IN_BODY[name] : undefined);
  return read === undefined ? null : read(message);
}

function textOf(read: (message: AlertMessage) => string): Read {
  return (message) => ({ text: read(message), literal: JSON.stringify(read(message)) });
}

function jsonOf(read: (message: AlertMessage) => unknown): Read {
  return (message) => {
    const json = JSON.stringify(read(message));
    return { text: json, literal: json };
  };
}

/** What a job printed stands in a document as it is, where it is JSON itself. */
function asJson(output: string): string {
  try {
    JSON.parse(output);
    return output;
  } catch {
    return JSON.stringify(output);
  }
}

/** A name of dots alone would be read as "here" or "one folder up". */
function folderOf(template: string, message: AlertMessage): string {
  const escape = (value: string) => encodeURIComponent(value.toWellFormed());
  const folder = fill(template, message, { escape });
  return folder !== template && /^(\.|%2e){1,2}$/i.test(folder) ? folder.replaceAll(/\.|%2e/gi, "_") : folder;
}

function encodedInQuery(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll("%2F", "/");
}

function asciiLine(value: string): string {
  return value
    .toWellFormed()
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[^\x20-\x7e]/gu, (character) => `&#${character.codePointAt(0)};`)
    .slice(0, 1_000);
}

/** "2026-11-20T01:40:00+00:00" */
function seconds(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "+00:00");
}

/** The id that stands in ping URLs, and by which `/api/v3` knows the check. */
function codeOf({ facts }: AlertMessage): string {
  return facts.check?.pingUuid ?? NO_CHECK;
}

/** What is about no check, or about several, is named by its title. */
function nameOf({ facts, title }: AlertMessage): string {
  if (facts.group) return title;
  if (facts.check !== null) return facts.check.name;
  return facts.kind === "test" ? "TEST" : title;
}

function tagsOf({ facts }: AlertMessage): readonly string[] {
  return facts.group ? [] : (facts.check?.tags ?? []);
}

function outputOf({ facts }: AlertMessage): string {
  return facts.lastPing?.output ?? "";
}

function exitStatusOf({ facts }: AlertMessage): number {
  const run = facts.kind === "run" ? RunPayload.safeParse(facts.payload).data : undefined;
  return (run === undefined ? facts.lastPing?.exitStatus : run.exitStatus) ?? -1;
}

/** What an alert knows of Healthchecks' check object, under its names. */
function checkObject(message: AlertMessage): Record<string, unknown> {
  const { check, lastPing } = message.facts;
  return {
    name: nameOf(message),
    slug: check?.slug ?? "",
    tags: tagsOf(message).join(" "),
    grace: check?.graceSeconds ?? 0,
    status: statusWord(message),
    last_ping: lastPing === null ? null : seconds(lastPing.at),
    uuid: codeOf(message),
  };
}
