/**
 * A value as PostgreSQL reads it from text: an array in braces, an object as JSON, bytes in hexadecimal digits, an
 * instant in ISO 8601. The server knows what type each parameter of a statement has; the driver is not to guess it.
 */
export function toParameter(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `{${value.map(toElement).join()}}`;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return `${value}`;
  return JSON.stringify(value);
}

function toElement(value: unknown): string {
  const text = toParameter(value);
  if (text === null) return "NULL";
  return Array.isArray(value) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** How columns are read, by the number of their type in `pg_type`; a type that is not listed is read as text. */
export const COLUMN_TYPES = {
  boolean: columnType([16], (text) => text === "t"),
  bytes: columnType([17], (text) => Buffer.from(text.slice(2), "hex")),
  // Counts and durations fit a double; nobody here needs strings for them.
  bigint: columnType([20], Number),
  json: columnType([114, 3802], (text) => JSON.parse(text) as unknown),
  instant: columnType([1184], parseInstant),
  date: columnType([1082], (text) => text),
  booleans: columnType([1000], (text) => parseArray(text, (element) => element === "t")),
  numbers: columnType([1005, 1007, 1016, 1021, 1022], (text) => parseArray(text, Number)),
  texts: columnType([1009, 1015, 2951], (text) => parseArray(text, (element) => element)),
  jsons: columnType([199, 3807], (text) => parseArray(text, (element) => JSON.parse(element) as unknown)),
};

/** `toParameter` has written the parameters already; the driver passes them on as they are. */
function columnType<T>(oids: [number, ...number[]], parse: (text: string) => T) {
  return { to: oids[0], from: oids, parse, serialize: (text: unknown) => text };
}

function parseInstant(text: string): Date | number {
  if (text === "infinity") return Infinity;
  return text === "-infinity" ? -Infinity : new Date(text);
}

/** The elements of an array of one dimension, such as `{a,"b, c",NULL}`. */
function parseArray<T>(text: string, parse: (element: string) => T): (T | null)[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs)].map(([, quoted, bare = ""]) => {
    if (quoted !== undefined) return parse(quoted.replace(/\\(.)/gs, "$1"));
    return bare === "NULL" ? null : parse(bare);
  });
}
