import { escapeXml } from "./visible-text.ts";

const WIDE = /[MW@%mw]/;
const NARROW = /[fijlrtI.,:;|!'()[\] ]/;

/** The approximate width of a text in pixels, at 11 px in a sans-serif font. */
function textWidth(text: string): number {
  return Array.from(text).reduce((width, letter) => width + letterWidth(letter), 0);
}

function letterWidth(letter: string): number {
  if ((letter.codePointAt(0) ?? 0) >= 0x1100) return 11;
  if (WIDE.test(letter)) return 10;
  if (NARROW.test(letter)) return 4.5;
  return /[A-Z]/.test(letter) ? 8 : 6.8;
}

const HEIGHT_PX = 20;
const PADDING_PX = 10;

/** A badge as an SVG document: the label on grey, and the text on its colour. */
export function twoPartBadge(label: string, value: { text: string; colour: string }): string {
  const [name, text] = [escapeXml(label), escapeXml(value.text)];
  const left = Math.ceil(textWidth(label)) + PADDING_PX;
  const right = Math.ceil(textWidth(value.text)) + PADDING_PX;
  const width = left + right;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT_PX}" role="img" aria-label="${name}: ${text}">
<title>${name}: ${text}</title>
<clipPath id="r"><rect width="${width}" height="${HEIGHT_PX}" rx="3"/></clipPath>
<g clip-path="url(#r)">
<rect width="${left}" height="${HEIGHT_PX}" fill="#555"/>
<rect x="${left}" width="${right}" height="${HEIGHT_PX}" fill="${value.colour}"/>
</g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="${left / 2}" y="14" textLength="${left - PADDING_PX}">${name}</text>
<text x="${left + right / 2}" y="14" textLength="${right - PADDING_PX}">${text}</text>
</g>
</svg>
`;
}
