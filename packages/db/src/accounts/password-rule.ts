import { passwordLengthProblem } from "@overdue/core";
import { dictionary } from "@zxcvbn-ts/language-common";

const COMMON = new Set(dictionary["passwords-common"].map((word) => word.toLowerCase()));
const ALSO_COMMON = ["overdue", "password", "passwort"];
const KEY_ROWS = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "qwertzuiop",
  "asdfghjkl",
  "zxcvbnm",
];
/** Characters that people write in place of letters. */
const LOOKALIKES: Record<string, string> = {
  "@": "a",
  "4": "a",
  "3": "e",
  "1": "i",
  "!": "i",
  "0": "o",
  $: "s",
  "5": "s",
  "7": "t",
};
const DISTINCT_CHARS_TOO_FEW = 3;
/** A shorter piece that is repeated is guessed as a whole. */
const REPEATED_CHARS_MIN = 8;
/** Shorter parts of an address are in many words by chance. */
const ADDRESS_PART_CHARS_MIN = 4;
/** How many characters a password must have besides the parts of the address. */
const OWN_CHARS_MIN = 6;

/**
 * Why a password is refused, as a sentence for the person who chose it; null if it is accepted. It must be long enough, and
 * must not be a common one, even in disguise (digits and marks around it, look-alikes in it, written twice), nor a row of keys,
 * nor consist of the account's address.
 */
export function passwordProblem(password: string, email: string): string | null {
  const lengthProblem = passwordLengthProblem(password);
  if (lengthProblem !== null) return lengthProblem;
  const plain = password.toLowerCase().normalize("NFKC");
  if (isGuessable(plain))
    return "This password is among the first that are guessed: choose another, such as four words.";
  if (isMadeOfAddress(plain, email.toLowerCase()))
    return "This password is made of the e-mail address: choose another.";
  return null;
}

function isGuessable(plain: string): boolean {
  if (COMMON.has(plain) || new Set(plain).size <= DISTINCT_CHARS_TOO_FEW) return true;
  const unit = repeatedUnit(plain);
  if (unit !== plain) return unit.length < REPEATED_CHARS_MIN || isGuessable(unit);
  return [plain, replaceLookalikes(plain)].some((text) => isDisguised(text)) || isKeyRow(plain);
}

/** Whether nothing, or a common word, is left without the digits and marks around it. */
function isDisguised(text: string): boolean {
  const core = text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const bare = repeatedUnit(core.replaceAll(/[^\p{L}\p{N}]/gu, ""));
  return (
    core === "" ||
    [core, bare, replaceLookalikes(bare)].some((word) => ALSO_COMMON.includes(word) || COMMON.has(word))
  );
}

function replaceLookalikes(text: string): string {
  return Array.from(text, (letter) => LOOKALIKES[letter] ?? letter).join("");
}

/** The shortest beginning of the text of which the whole text is a repetition. */
function repeatedUnit(text: string): string {
  const shift = `${text}${text}`.indexOf(text, 1);
  return shift === -1 ? text : text.slice(0, shift);
}

/** Whether at least 80 % of the steps go along a row of keys or the alphabet, in either direction. */
function isKeyRow(text: string): boolean {
  const letters = Array.from(text);
  const steps = letters.slice(1).filter((letter, index) => isNeighbour(letters[index] ?? "", letter));
  return steps.length >= (letters.length - 1) * 0.8;
}

function isNeighbour(one: string, other: string): boolean {
  return KEY_ROWS.some((row) => row.includes(`${one}${other}`) || row.includes(`${other}${one}`));
}

/** Whether fewer than 6 characters are left without the address and its longer parts. */
function isMadeOfAddress(plain: string, email: string): boolean {
  const [local = "", domain = ""] = email.split("@");
  const parts = [email, local, domain, ...local.split(/[^\p{L}\p{N}]+/u), ...domain.split(".")];
  const known = parts
    .filter((part) => part.length >= ADDRESS_PART_CHARS_MIN)
    .toSorted((one, other) => other.length - one.length);
  const rest = known.reduce((text, part) => text.replaceAll(part, ""), plain);
  return rest !== plain && rest.replaceAll(/[^\p{L}\p{N}]/gu, "").length < OWN_CHARS_MIN;
}
