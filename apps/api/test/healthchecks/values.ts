import { createHash } from "node:crypto";

export type Values = Record<string, string>;

/** Puts values in the place of `{X}`, `{X_UPPER}`, `{UK:X}` and `{X|old>new}`, in every text of `value`. */
export function filledIn(value: unknown, values: Values): unknown {
  if (typeof value === "string") return fill(value, values);
  if (Array.isArray(value)) return value.map((item) => filledIn(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledIn(item, values)]));
}

export function fill(text: string, values: Values): string {
  return text.replaceAll(/\{([A-Z][^{}]*)\}/g, (whole, name: string) => valueOf(name, values) ?? whole);
}

function valueOf(name: string, values: Values): string | undefined {
  const [, of] = /^UK:(\w+)$/.exec(name) ?? [];
  if (of !== undefined) return uniqueKey(values[of] ?? "");
  const [, from = "", old = "", replacement = ""] = /^(\w+)\|(.*)>(.*)$/.exec(name) ?? [];
  if (from !== "") return values[from]?.replaceAll(old, replacement);
  if (name.endsWith("_UPPER")) return values[name.slice(0, -"_UPPER".length)]?.toUpperCase();
  return values[name];
}

// Written anew here, so that a mistake in the product's own would show.
function uniqueKey(uuid: string): string {
  return createHash("sha1").update(uuid.replaceAll("-", "").slice(0, 16), "ascii").digest("hex");
}

/** The value at a path such as `pings.0.type`; undefined where there is none. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, step) => (isObject(inner) ? inner[step] : undefined), value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
