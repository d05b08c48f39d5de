import { z } from "zod";

const WARN = 40;
const Line = z.object({
  level: z.number(),
  msg: z.string(),
  err: z.object({ message: z.string() }).optional(),
});

/** What a person should read of one line that a child logged: warnings and errors as a sentence, else null. */
export function readable(child: string, line: string): string | null {
  const parsed = Line.safeParse(parseJson(line));
  if (!parsed.success || parsed.data.level < WARN) return null;
  const { msg, err } = parsed.data;
  return `${child}: ${msg}${err && err.message !== msg ? ` (${err.message})` : ""}`;
}

/** Whether a line that is not JSON tells why a program ended: `TypeError: …`. */
export function isReason(line: string): boolean {
  return /^(Uncaught )?\w*Error\b.*: /.test(line);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
