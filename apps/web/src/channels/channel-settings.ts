import type { ChannelKind } from "./channel-queries.ts";

/** What a person typed into the fields of a kind: text, or pairs with one "Name: value" per line. */
export type TypedSettings = Record<string, string>;

/** The settings as the API takes them. Empty fields are left out, so that their default applies. */
export function settingsFrom(fields: ChannelKind["fields"], typed: TypedSettings): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ name, input }) => {
      const text = (typed[name] ?? "").trim();
      return text === "" ? [] : [[name, input === "pairs" ? pairsFrom(text) : text]];
    }),
  );
}

/** The values of an empty form: no text, and the first option of a choice. */
export function emptySettings(fields: ChannelKind["fields"]): TypedSettings {
  return Object.fromEntries(fields.map(({ name, choices }) => [name, choices?.[0]?.value ?? ""]));
}

function pairsFrom(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const colon = line.indexOf(":");
        return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      }),
  );
}

/** The form's field for a path of the API. */
export function toField(path: string): string {
  if (path === "name" || path.startsWith("checkIds")) return path.split(".")[0] ?? path;
  const setting = path.replace(/^settings\./, "");
  return `settings.${setting.split(".")[0] ?? setting}`;
}
