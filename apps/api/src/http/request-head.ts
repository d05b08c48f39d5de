/**
 * The head of a request as small devices and old programs write it, made into one that Node's parser takes. Nothing is
 * changed that says how long the request is, so that a proxy in front of us and we never differ about where it ends.
 */

/** A space, a control character, or a byte beyond ASCII, none of which may stand in a request's target. */
const NOT_ALLOWED = /[^\x21-\x7E]/g;
const REQUEST_LINE = /^([A-Z]+) +(\S.*?) +(HTTP\/1\.[01])$/;
const HAS_BODY = /^(?:POST|PUT|PATCH)$/;

export type Head = {
  /** With its last empty line. */
  text: string;
  /** Where the body begins. */
  end: number;
};

/** The head at the beginning of what came so far; null while it is not complete. Its bytes are latin1 characters. */
export function headIn(bytes: Buffer): Head | null {
  const crlf = bytes.indexOf("\r\n\r\n");
  if (crlf !== -1) return { text: bytes.toString("latin1", 0, crlf + 4), end: crlf + 4 };
  // Written by hand: every line ends in a single line feed. Where any ends otherwise it is not for us to guess.
  const lf = bytes.indexOf("\n\n");
  if (lf === -1 || bytes.subarray(0, lf).includes(0x0d)) return null;
  return { text: bytes.toString("latin1", 0, lf + 2), end: lf + 2 };
}

/** The same head as Node's parser takes it; null where it needs no change, or none that we make would help. */
export function repairedHead({ text }: Head): string | null {
  const lines = text.includes("\r") ? text.split("\r\n") : text.split("\n");
  const [first = "", ...others] = lines;
  const match = REQUEST_LINE.exec(first);
  if (match === null) return null;
  const [, method = "", target = "", version = ""] = match;
  const line = `${method} ${target.replaceAll(NOT_ALLOWED, percentEncoded)} ${version}`;
  if (line === first && text.includes("\r")) return null;
  return [line, ...others].join("\r\n");
}

/** Whether its body goes on until the connection closes: HTTP/1.0 allows a body whose length nothing says. */
export function hasBodyUntilClose({ text }: Head): boolean {
  const [, method = "", , version] = REQUEST_LINE.exec(text.split(/\r?\n/, 1)[0] ?? "") ?? [];
  return (
    version === "HTTP/1.0" &&
    HAS_BODY.test(method) &&
    !/\n(?:content-length|transfer-encoding)[ \t]*:/i.test(text)
  );
}

/** The same head with the length of its body. */
export function withLength(text: string, bytes: number): string {
  return `${text.slice(0, -"\r\n".length)}Content-Length: ${bytes}\r\n\r\n`;
}

/** The target of what may be a request, whatever else is wrong with it; null where it is none. */
export function targetIn(bytes: Buffer): { method: string; target: string } | null {
  const line = bytes.toString("latin1", 0, LINE_BYTES_MAX).split(/\r?\n/, 1)[0] ?? "";
  const match = /^([A-Za-z]{1,20}) +(\/\S*)/.exec(line);
  if (match === null) return null;
  const [, method = "", target = ""] = match;
  return { method, target: target.replaceAll(NOT_ALLOWED, percentEncoded) };
}

const LINE_BYTES_MAX = 4_096;

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
