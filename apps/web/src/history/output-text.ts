import Anser from "anser";

import { escapeHidden } from "@overdue/core";

/** Part of a line in one colour; `look` holds the names of its classes, null for plain text. */
type OutputPart = { text: string; look: string | null };
/** A line of what a job printed. */
export type OutputLine = { text: string; parts: OutputPart[] };

/**
 * What a job printed, line by line, with the colours that it meant for a terminal. It comes from a job and may be
 * hostile: every other hidden character is shown as its escape, and nothing is ever read as HTML.
 */
export function outputLines(output: string): OutputLine[] {
  // A program that draws a progress bar returns to the beginning of its line again and again.
  const text = output.toWellFormed().replaceAll(/\r\n?/g, "\n");
  const lines: OutputLine[] = [{ text: "", parts: [] }];
  for (const chunk of Anser.ansiToJson(text, { json: true, remove_empty: true, use_classes: true }))
    chunk.content.split("\n").forEach((piece, index) => {
      if (index > 0) lines.push({ text: "", parts: [] });
      addPart(lines, escapeHidden(piece), lookOf(chunk));
    });
  if (lines.length > 1 && lines.at(-1)?.text === "") lines.pop();
  return lines;
}

function addPart(lines: OutputLine[], text: string, look: string | null): void {
  const line = lines.at(-1);
  if (line === undefined || text === "") return;
  line.text += text;
  line.parts.push({ text, look });
}

/** `ansi-red`, and `ansi-bold` or the like; a colour by its number in a palette is left as plain text. */
function lookOf({ fg, decorations }: { fg: string | null; decorations: string[] }): string | null {
  const names = [
    ...(fg !== null && /^ansi-(?:bright-)?[a-z]+$/.test(fg) ? [fg] : []),
    ...decorations
      .filter((one) => ["bold", "dim", "italic", "underline"].includes(one))
      .map((one) => `ansi-${one}`),
  ];
  return names.length === 0 ? null : names.join(" ");
}

/** The numbers of the lines in which a text stands, in whatever case; none for an empty text. */
export function findLines(lines: readonly OutputLine[], wanted: string): number[] {
  const sought = wanted.toLowerCase();
  if (sought === "") return [];
  return lines.flatMap(({ text }, index) => (text.toLowerCase().includes(sought) ? [index] : []));
}
