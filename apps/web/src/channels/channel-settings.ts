import type { ChannelKind } from "@overdue/channels";

/** What is typed into the fields of a kind: text, or pairs a line each ("Name: value"). */
export type TypedSettings = Record<string, string>;

/** The settings as the API takes them: what was left empty is left out, so that its default or "none" holds. */
export function settingsFrom(fields: ChannelKind["fields"], typed: TypedSettings): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ name, input }) => {
      const text = (typed[name] ?? "").trim();
      return text === "" ? [] : [[name, input === "pairs" ? pairsFrom(text) : text]];
    }),
  );
}

/** What stands in a form before anybody typed: nothing, and the first of a choice. */
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

/** Sentences by field; a fault inside pairs belongs to the pairs. */
export function settingsErrors(
  errors: readonly { field: string; message: string }[],
): Record<string, string> {
  return Object.fromEntries(
    errors.map(({ field, message }) => {
      const path = field.replace(/^settings\./, "");
      return [
        path === "name" && field === "name" ? "name" : `settings.${path.split(".")[0] ?? path}`,
        message,
      ];
    }),
  );
}
