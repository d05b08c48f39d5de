const WIDE = /[MW@%mw]/;
const NARROW = /[fijlrtI.,:;|!'()[\] ]/;

/** About how many pixels a text takes at 11 px in a sans-serif font. */
export function textWidth(text: string): number {
  return Array.from(text).reduce((width, letter) => width + letterWidth(letter), 0);
}

function letterWidth(letter: string): number {
  if ((letter.codePointAt(0) ?? 0) >= 0x1100) return 11;
  if (WIDE.test(letter)) return 10;
  if (NARROW.test(letter)) return 4.5;
  return /[A-Z]/.test(letter) ? 8 : 6.8;
}
