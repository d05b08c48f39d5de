import { VARIABLES } from "./variables.ts";

/** Prefixes of Overdue's variables: an unknown variable with one of them is a mistake. */
const PREFIXES = ["BACKUP_", "BOOTSTRAP_", "MAIL_", "PING_", "SLACK_", "SMTP_", "TELEGRAM_"];

/**
 * Returns a sentence for each name that looks like a variable of Overdue and is none: it has one of its prefixes, or is a
 * typing error away from one. All other names, such as PATH, belong to other programs.
 */
export function findUnknownVariables(names: string[]): string[] {
  return names.filter((name) => !KNOWN.includes(name)).flatMap(problemsWith);
}

const KNOWN = Object.keys(VARIABLES);

// Variables of shells and systems that look like Overdue's.
const FOREIGN = ["HOME", "POST", "MAIL", "MAILCHECK", "MAIL_PATH", "HOSTS"];

function problemsWith(name: string): string[] {
  const meant = FOREIGN.includes(name) ? undefined : KNOWN.find((known) => isTypo(name, known));
  if (meant !== undefined) return [`${name} is not a variable of Overdue; did you mean ${meant}?`];
  const prefix = PREFIXES.find((start) => name.startsWith(start) && !FOREIGN.includes(name));
  if (prefix === undefined) return [];
  const known = KNOWN.filter((candidate) => candidate.startsWith(prefix));
  return [`${name} is not a variable of Overdue; those that start with ${prefix} are ${known.join(", ")}.`];
}

// Short names resemble many words, so only one typing error in them is recognised.
function isTypo(name: string, known: string): boolean {
  const typosMax = known.length < 6 ? 1 : 2;
  return sortLetters(name) === sortLetters(known) || distance(name, known) <= typosMax;
}

function sortLetters(word: string): string {
  return word.split("").toSorted().join("");
}

/** The Levenshtein distance of two words. */
function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of one.split("").entries()) {
    const current = [row + 1];
    for (const [column, candidate] of other.split("").entries()) {
      const change = (previous[column] ?? 0) + (letter === candidate ? 0 : 1);
      current.push(Math.min(change, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
