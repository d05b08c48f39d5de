import { parseArgs, type ParseArgsConfig } from "node:util";

import { UsageError } from "./errors.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed = { values: Record<string, string | boolean | string[] | undefined>; words: string[] };

/** Reads a command's own words. Throws a `UsageError` of one sentence, in our words. */
export function readOptions(args: readonly string[], options: Options): Parsed {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Parsed["values"], words: positionals };
  } catch (error) {
    throw new UsageError(sentenceFor(error, options));
  }
}

function sentenceFor(error: unknown, options: Options): string {
  const { code, message } = error as { code?: string; message: string };
  const name = /'(-[^' ,]*)/.exec(message)?.[1] ?? "";
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const known = Object.keys(options).map((each) => `--${each}`);
    return `${name} is no option of this command, which has ${known.join(", ")}.`;
  }
  if (/does not take an argument/.test(message)) return `${name} takes no value.`;
  const long = /--[a-z-]+/.exec(message)?.[0] ?? name;
  return `${long} needs a value${/ambiguous/.test(message) ? `; one that begins with a dash is written ${long}=VALUE` : ""}.`;
}
