import { z } from "zod";

const WARN = 40;
const Line = z.object({
  level: z.number(),
  msg: z.string(),
  err: z.object({ message: z.string() }).optional(),
});

/** A warning or error that a child logged, as a sentence for a person; null for every other line. */
export function warningSentence(child: string, line: string): string | null {
  const parsed = Line.safeParse(parseJson(line));
  if (!parsed.success || parsed.data.level < WARN) return null;
  const { msg, err } = parsed.data;
  return `${child}: ${msg}${err && err.message !== msg ? ` (${err.message})` : ""}`;
}

/** Whether a line outside the log, such as `TypeError: …`, says why a program ended. */
export function isErrorLine(line: string): boolean {
  return /^(Uncaught )?\w*Error\b.*: /.test(line);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
