const MAX_DEPTH = 20;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** A body that no schema needs to see: `field` is what cannot be used, or empty. */
export class BadBody extends Error {
  override name = "BadBody";
  readonly field: string;

  constructor(message: string, { field = "", cause }: { field?: string; cause?: unknown } = {}) {
    super(message, { cause });
    this.field = field;
  }
}

/** @throws BadBody with the place at which it breaks off */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadBody(`The body is not JSON${place(text, String(cause))}.`, { cause });
  }
}

function place(text: string, complaint: string): string {
  const known = /position (\d+)/.exec(complaint)?.[1];
  if (known === undefined && !complaint.includes("end of JSON")) return "";
  const before = text.slice(0, Number(known ?? text.length)).split("\n");
  return `: it breaks off at line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

/** Walks without recursion: a body may nest deeper than the stack. @throws BadBody */
export function checkShape(root: unknown, fieldsMax: number): void {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  let fields = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value === "string") checkText(next.value);
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth > MAX_DEPTH) throw new BadBody(`The body nests deeper than ${MAX_DEPTH} levels.`);
    for (const [key, value] of Object.entries(next.value)) {
      if (FORBIDDEN.has(key)) throw new BadBody("This name cannot be used.", { field: key });
      open.push({ value, depth: next.depth + 1 });
      fields += 1;
    }
    if (fields > fieldsMax)
      throw new BadBody(`The body has more than ${fieldsMax.toLocaleString("en")} fields.`);
  }
}

/** What no PostgreSQL can store. */
function checkText(text: string): void {
  if (!text.includes("\0") && text.isWellFormed()) return;
  throw new BadBody("Text may hold neither NUL characters nor half of a surrogate pair.");
}
