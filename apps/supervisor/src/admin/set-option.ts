import { Refusal } from "../refusal.ts";

/** Reads `key=value` texts; `headers.Accept=text/plain` sets one name inside `headers`. */
export function readPairs(texts: string[]): Record<string, unknown> {
  const settings: Record<string, string | Record<string, string>> = {};
  for (const text of texts) {
    const [, key = "", name, value = ""] = /^(\w+)(?:\.([^=]+))?=(.*)$/s.exec(text) ?? refuse(text);
    if (name === undefined) settings[key] = value;
    else settings[key] = { ...asNames(settings[key]), [name]: value };
  }
  return settings;
}

function asNames(setting: string | Record<string, string> | undefined): Record<string, string> {
  return typeof setting === "object" ? setting : {};
}

function refuse(text: string): never {
  throw new Refusal(
    `--set wants key=value, such as url=https://example.org/hook; it got ${text.split("=")[0]}.`,
  );
}
