import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const GLOSSARY = "docs/glossary.md";

/** Files that must contain words which everything else avoids: the glossary, old names of the API, outside data. */
const EXEMPT = [
  /^docs\/glossary\.md$/,
  /^CHANGELOG\.md$/,
  /^apps\/api\/src\/http\/deprecated-names/,
  /^tooling\/words\./,
  /^(package-lock\.json|LICENSE)$/,
  /\/(vectors|payloads|migrations)\//,
  /^packages\/schedules\/src\/timezones\/zone-names\.ts$/,
  /\.(png|svg|ico)$/,
];

/** Names in other software that contain refused words. */
const NAMES_OF_OTHERS = /PodDisruptionBudget/gi;

/** `line` is 0 if the file's name contains the word. */
export type RefusedWord = { file: string; line: number; word: string; instead: string };

/** `inWords`: the word between spaces, as `wordsIn` normalises a line; `literal`: set if only the exact spelling is refused. */
type Term = {
  word: string;
  instead: string;
  inWords: string;
  literal: { word: string; pattern: RegExp } | null;
};

/**
 * Reads the rows of "Words that went". Words in backticks in the first column are refused: a word in lower case in every
 * spelling (`courier` also refuses `CourierPort` and `courier_port`), with `*` at its end also with any ending, and an
 * identifier (`insteadOf`, `instead_of`) only in its exact spelling. Words without backticks are left to readers.
 */
export function readGlossary(text: string): Term[] {
  const [, table = ""] = text.split("## Words that went");
  return [...table.matchAll(/^\| (.*?) \| (.*?) \|$/gm)].flatMap(([, left = "", right = ""]) =>
    [...left.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => term(word, right.trim())),
  );
}

function term(word: string, instead: string): Term {
  const isIdentifier = /[A-Z_/:"]/.test(word);
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const literal = { word, pattern: new RegExp(String.raw`(?<!\w)${escaped}(?!\w)`) };
  const inWords = ` ${word.replaceAll("-", " ")} `.replace("* ", "");
  return { word, instead, inWords, literal: isIdentifier ? literal : null };
}

/** Every refused word in the files that git tracks, and in their names. `only`: the beginning of the paths to read. */
export function refusedWords(only = ""): RefusedWord[] {
  const terms = readGlossary(readFileSync(GLOSSARY, "utf8"));
  return trackedFiles()
    .filter((file) => file.startsWith(only) && !EXEMPT.some((pattern) => pattern.test(file)))
    .flatMap((file) => {
      const lines = [file, ...readFileSync(file, "utf8").split("\n")];
      return lines.flatMap((line, index) =>
        wordsIn(line, terms).map(({ word, instead }) => ({ file, line: index, word, instead })),
      );
    });
}

/** The refused terms in one line of text. */
export function wordsIn(line: string, terms: readonly Term[]): Term[] {
  const words = ` ${line
    .replaceAll(NAMES_OF_OTHERS, " ")
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, " ")
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, " ")} `;
  return terms.filter(({ inWords, literal }) =>
    literal === null ? words.includes(inWords) : line.includes(literal.word) && literal.pattern.test(line),
  );
}

function trackedFiles(): string[] {
  const output = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
    maxBuffer: 16_000_000,
  });
  return output.split("\0").filter((file) => file !== "" && existsSync(file));
}

// `npm run words -- apps/api` lists what is left there.
if (import.meta.main)
  for (const { file, line, word, instead } of refusedWords(process.argv[2]))
    process.stdout.write(`${file}:${line}: "${word}", say ${instead}\n`);
