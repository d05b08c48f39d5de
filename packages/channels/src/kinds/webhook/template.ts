import { RunPayload } from "@overdue/core";

import type { AlertMessage } from "../../message/alert.ts";
import { escapeXml } from "../../message/text.ts";
import { statusWord } from "./document.ts";

/** Placeholders in the address, headers and body of a webhook; their names are those of Healthchecks. */

/** The value of a placeholder. `literal`: as it is written in a JSON document outside of a string. */
type Value = { text: string; literal: string };
type Read = (message: AlertMessage) => Value;

const NO_CHECK = "00000000-0000-0000-0000-000000000000";

const VALUES: Record<string, Read> = {
  CODE: textValue(checkUuid),
  STATUS: textValue(statusWord),
  NOW: textValue(({ facts }) => isoSeconds(facts.flip?.at ?? facts.writtenAt)),
  NAME: textValue(checkOrTitle),
  NAME_JSON: jsonValue(checkOrTitle),
  SLUG: textValue(({ facts }) => facts.check?.slug ?? ""),
  TAGS: textValue((message) => checkTags(message).join(" ")),
  TAGS_JSON: jsonValue(checkTags),
  EXITSTATUS: jsonValue(exitStatus),
  JSON: jsonValue(checkObject),
};
const ONLY_IN_BODY: Record<string, Read> = {
  BODY: (message) => ({ text: lastOutput(message), literal: outputLiteral(lastOutput(message)) }),
  BODY_JSON: jsonValue(lastOutput),
};
/** Longer names first, so that $NAME_JSON is not read as $NAME and "_JSON". As in Healthchecks, $TAG10 is $TAG1 and "0". */
const PLACEHOLDER =
  /\$(NAME_JSON|BODY_JSON|TAGS_JSON|TAG\d_JSON|EXITSTATUS|STATUS|TAG\d|TAGS|CODE|NAME|SLUG|JSON|BODY|NOW)/g;
const HEADER_CHARS_MAX = 4_000;

/** Fills the placeholders of an address. Values are percent-encoded, so they cannot change the host or add path segments. */
export function fillUrl(address: string, message: AlertMessage): string {
  const { origin } = new URL(address);
  if (!address.startsWith(origin)) return address;
  const [path = "", ...query] = address.slice(origin.length).split(/(?=[?#])/);
  const folders = path.split("/").map((folder) => fillFolder(folder, message));
  return origin + folders.join("/") + fill(query.join(""), message, { escape: encodedInQuery });
}

/** Fills the placeholders of a header. Values become one line of ASCII; other characters become references, as in HTML. */
export function fillHeader(value: string, message: AlertMessage): string {
  return fill(value, message, { escape: asciiLine }).slice(0, HEADER_CHARS_MAX);
}

/**
 * Fills the placeholders of a body. Values are escaped for its format; placeholders that end in _JSON become JSON literals.
 * `contentType`: the header that the person set; without it the format is guessed from the body.
 */
export function fillBody(body: string, message: AlertMessage, contentType: string | undefined): string {
  const format = detectFormat(contentType, body.replaceAll(PLACEHOLDER, "0"));
  if (format === "json") {
    return fillJson(body, PLACEHOLDER, (name) => findValue(name, message, { isBody: true }));
  }
  return fill(body, message, { escape: (text) => escapeFor(format, text), isBody: true });
}

/** Replaces all placeholders in one pass, so that placeholders in the output of a job stay as they are. */
function fill(
  text: string,
  message: AlertMessage,
  { escape, isBody = false }: { escape: (value: string) => string; isBody?: boolean },
): string {
  return text.replaceAll(PLACEHOLDER, (whole, name: string) => {
    const value = findValue(name, message, { isBody });
    return value === null ? whole : escape(value.text);
  });
}

function findValue(name: string, message: AlertMessage, { isBody }: { isBody: boolean }): Value | null {
  const [, tag, json] = /^TAG(\d)(_JSON)?$/.exec(name) ?? [];
  if (tag !== undefined) {
    const text = checkTags(message)[Number(tag) - 1] ?? "";
    return { text: json === undefined ? text : JSON.stringify(text), literal: JSON.stringify(text) };
  }
  const read = VALUES[name] ?? (isBody ? ONLY_IN_BODY[name] : undefined);
  return read === undefined ? null : read(message);
}

function textValue(read: (message: AlertMessage) => string): Read {
  return (message) => ({ text: read(message), literal: JSON.stringify(read(message)) });
}

function jsonValue(read: (message: AlertMessage) => unknown): Read {
  return (message) => {
    const json = JSON.stringify(read(message));
    return { text: json, literal: json };
  };
}

/** The output of a job as a JSON literal: unchanged if it is JSON itself, else as a string. */
function outputLiteral(output: string): string {
  try {
    JSON.parse(output);
    return output;
  } catch {
    return JSON.stringify(output);
  }
}

/** Fills one path segment. A result of only dots, which would mean another folder, gets underscores instead. */
function fillFolder(template: string, message: AlertMessage): string {
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
function isoSeconds(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "+00:00");
}

/** The UUID in ping URLs, which is also the id of the check in `/api/v3`. */
function checkUuid({ facts }: AlertMessage): string {
  return facts.check?.pingUuid ?? NO_CHECK;
}

/** The name of the check; the title if the message is about no check or several. */
function checkOrTitle({ facts, title }: AlertMessage): string {
  if (facts.group) return title;
  if (facts.check !== null) return facts.check.name;
  return facts.kind === "test" ? "TEST" : title;
}

function checkTags({ facts }: AlertMessage): readonly string[] {
  return facts.group ? [] : (facts.check?.tags ?? []);
}

function lastOutput({ facts }: AlertMessage): string {
  return facts.lastPing?.output ?? "";
}

function exitStatus({ facts }: AlertMessage): number {
  const run = facts.kind === "run" ? RunPayload.safeParse(facts.payload).data : undefined;
  return (run === undefined ? facts.lastPing?.exitStatus : run.exitStatus) ?? -1;
}

/** The fields of Healthchecks' check object that are known of an alert. */
function checkObject(message: AlertMessage): Record<string, unknown> {
  const { check, lastPing } = message.facts;
  return {
    name: checkOrTitle(message),
    slug: check?.slug ?? "",
    tags: checkTags(message).join(" "),
    grace: check?.graceSeconds ?? 0,
    status: statusWord(message),
    last_ping: lastPing === null ? null : isoSeconds(lastPing.at),
    uuid: checkUuid(message),
  };
}

/** The format of a body template, which decides how values in it are escaped. */
type BodyFormat = "json" | "form" | "xml" | "plain";

/**
 * The format by the content type; if that is missing or text/plain, by how the body looks. `sample`: the body with a 0 for
 * each placeholder.
 */
function detectFormat(contentType: string | undefined, sample: string): BodyFormat {
  const type = contentType ?? "text/plain";
  if (/json/i.test(type)) return "json";
  if (/x-www-form-urlencoded/i.test(type)) return "form";
  if (/xml|html/i.test(type)) return "xml";
  if (!/^text\/plain/i.test(type)) return "plain";
  if (looksLikeJson(sample)) return "json";
  return /^\s*<[?!a-z]/i.test(sample) ? "xml" : "plain";
}

function looksLikeJson(sample: string): boolean {
  if (!/^\s*(\{|\[\s*["{[])/.test(sample)) return false;
  try {
    JSON.parse(sample);
    return true;
  } catch {
    return false;
  }
}

// oxlint-disable-next-line no-control-regex -- XML cannot contain these characters, not even escaped
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Escapes a value for a body of this format. */
function escapeFor(format: Exclude<BodyFormat, "json">, text: string): string {
  switch (format) {
    case "form":
      return encodeURIComponent(text.toWellFormed());
    case "xml":
      return escapeXml(text.toWellFormed().replaceAll(NOT_XML, "\ufffd"));
    case "plain":
      return text.toWellFormed();
  }
}

/** Fills the placeholders of a JSON document: inside a string with the escaped text of a value, elsewhere with its literal. */
function fillJson(template: string, placeholder: RegExp, valueOf: (name: string) => Value | null): string {
  let filled = "";
  let last = 0;
  let isInString = false;
  for (const match of template.matchAll(placeholder)) {
    const between = template.slice(last, match.index);
    isInString = endsInString(between, isInString);
    const value = valueOf(match[1] ?? "");
    filled +=
      between +
      (value === null ? match[0] : isInString ? JSON.stringify(value.text).slice(1, -1) : value.literal);
    last = match.index + match[0].length;
  }
  return filled + template.slice(last);
}

function endsInString(text: string, isInString: boolean): boolean {
  let isInside = isInString;
  for (let at = 0; at < text.length; at += 1) {
    if (isInside && text[at] === "\\") at += 1;
    else if (text[at] === '"') isInside = !isInside;
  }
  return isInside;
}
