import type * as Yaml from "yaml";

/** How many levels a body or a file may nest. */
const DEPTH_MAX = 20;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** A body that is refused before any schema reads it. `field` names what cannot be used; empty for the body as a whole. */
export class InvalidBody extends Error {
  override name = "InvalidBody";
  readonly field: string;

  constructor(message: string, { field = "", cause }: { field?: string; cause?: unknown } = {}) {
    super(message, { cause });
    this.field = field;
  }
}

/** @throws InvalidBody with the place at which it breaks off */
export function parseJsonBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidBody(`The body is not JSON${errorPosition(text, String(cause))}.`, { cause });
  }
}

function errorPosition(text: string, complaint: string): string {
  const known = /position (\d+)/.exec(complaint)?.[1];
  if (known === undefined && !complaint.includes("end of JSON")) return "";
  const before = text.slice(0, Number(known ?? text.length)).split("\n");
  return `: it breaks off at line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

/** Checks depth, number of fields, names and texts. Not recursive, since a body may nest deeper than the stack. @throws InvalidBody */
export function checkShape(root: unknown, fieldsMax: number): void {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  let fields = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value === "string") checkText(next.value);
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth > DEPTH_MAX) throw new InvalidBody(`The body nests deeper than ${DEPTH_MAX} levels.`);
    for (const [key, value] of Object.entries(next.value)) {
      if (FORBIDDEN.has(key)) throw new InvalidBody("This name cannot be used.", { field: key });
      open.push({ value, depth: next.depth + 1 });
      fields += 1;
    }
    if (fields > fieldsMax)
      throw new InvalidBody(`The body has more than ${fieldsMax.toLocaleString("en")} fields.`);
  }
}

/** Refuses characters that PostgreSQL cannot store. */
function checkText(text: string): void {
  if (!text.includes("\0") && text.isWellFormed()) return;
  throw new InvalidBody("Text may hold neither NUL characters nor half of a surrogate pair.");
}

export type FileText = { text: string; isYaml: boolean };
/** A file's content as JSON, or what is wrong with it. */
export type FileContent = { json: string } | { problem: string; field: string };

const FIELDS_MAX = 100_000;
const ALIASES_MAX = 100;
// A field has a name, a colon and a value, and the lexer marks where each text begins.
const TOKENS_MAX = FIELDS_MAX * 6;
/** With its aliases resolved a file may become larger, but not without bounds. */
const JSON_CHARS_MAX = 8_000_000;

/** Reads a file in YAML or JSON. A file that is made to be slow costs seconds, so call it on a thread of its own. */
export async function readFileContent({ text, isYaml }: FileText): Promise<FileContent> {
  try {
    const content = isYaml ? await readYaml(text) : parseJsonBody(text);
    checkShape(content, FIELDS_MAX);
    const json = JSON.stringify(content);
    if (json.length > JSON_CHARS_MAX) throw new InvalidBody("The file's aliases make it larger than 8 MB.");
    return { json };
  } catch (error) {
    if (!(error instanceof InvalidBody)) throw error;
    return { problem: error.message, field: error.field };
  }
}

async function readYaml(text: string): Promise<unknown> {
  const yaml = await import("yaml");
  checkTokens(yaml, text);
  try {
    // `checkKeys` finds duplicate keys faster than the library, which compares each key with all others.
    const document = yaml.parseDocument(text, { uniqueKeys: false });
    const [error] = document.errors;
    if (error !== undefined) throw error;
    checkKeys(yaml, document);
    return document.toJS({ maxAliasCount: ALIASES_MAX }) ?? {};
  } catch (cause) {
    if (cause instanceof InvalidBody) throw cause;
    if (cause instanceof RangeError) throw new InvalidBody(tooDeep(), { cause });
    throw new InvalidBody(
      `The file is not YAML: ${cause instanceof Error ? cause.message.split("\n")[0] : ""}`,
      {
        cause,
      },
    );
  }
}

/** Refuses a file that is too large or too deep by its tokens, before the document is built. */
function checkTokens({ Lexer, CST }: typeof Yaml, text: string): void {
  let [tokens, aliases, depth, dashes] = [0, 0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === "space" || type === "newline" || type === "comment") {
      if (type === "newline") dashes = 0;
      continue;
    }
    tokens += 1;
    if (type === "alias") aliases += 1;
    if (type === "seq-item-ind") dashes += 1;
    if (type === "flow-map-start" || type === "flow-seq-start") depth += 1;
    if (type === "flow-map-end" || type === "flow-seq-end") depth -= 1;
    if (depth > DEPTH_MAX || dashes > DEPTH_MAX) throw new InvalidBody(tooDeep());
    if (aliases > ALIASES_MAX) throw new InvalidBody(`The file uses more than ${ALIASES_MAX} aliases.`);
    if (tokens > TOKENS_MAX)
      throw new InvalidBody(`The file has more than ${FIELDS_MAX.toLocaleString("en")} fields.`);
  }
}

function tooDeep(): string {
  return `The file nests deeper than ${DEPTH_MAX} levels.`;
}

/** Refuses a name that occurs twice in an object, since the second would hide the first. */
function checkKeys({ visit, isScalar }: typeof Yaml, document: Yaml.Document): void {
  visit(document, {
    Map: (_, { items }) => {
      const names = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : key;
        if (names.has(name))
          throw new InvalidBody(`The file is not YAML: “${String(name)}” occurs twice in the same place.`);
        names.add(name);
      }
    },
  });
}
