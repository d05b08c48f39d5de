import { FAMILIES, VARIABLES } from "./variables.ts";

/**
 * One sentence for each name that is meant for us and that nobody reads: one of our families, or a slip of
 * the pen away from a known name. All else in an environment (PATH, HOME, npm_…) is somebody else's.
 */
export function findUnknown(names: string[]): string[] {
  return names.filter((name) => !KNOWN.includes(name)).flatMap(complain);
}

const KNOWN = Object.keys(VARIABLES);

// Real variables of shells and systems that happen to look like ours.
const OTHERS = ["HOME", "POST", "MAIL", "MAILCHECK", "MAIL_PATH", "HOSTS"];

function complain(name: string): string[] {
  const meant = OTHERS.includes(name) ? undefined : KNOWN.find((known) => isSlip(name, known));
  if (meant !== undefined) return [`${name} is not a variable of Overdue; did you mean ${meant}?`];
  const family = FAMILIES.find((start) => name.startsWith(start) && !OTHERS.includes(name));
  if (family === undefined) return [];
  const known = KNOWN.filter((candidate) => candidate.startsWith(family));
  return [`${name} is not a variable of Overdue; those that start with ${family} are ${known.join(", ")}.`];
}

// Short names are near to many words, so they forgive less: one slip, or letters in another order.
function isSlip(name: string, known: string): boolean {
  const slipsMax = known.length < 6 ? 1 : 2;
  return sorted(name) === sorted(known) || distance(name, known) <= slipsMax;
}

function sorted(word: string): string {
  return word.split("").toSorted().join("");
}

/** How many letters must be put in, taken out or changed to make one word of the other (Levenshtein). */
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
