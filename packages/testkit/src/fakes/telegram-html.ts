const TAGS = new Set(
  "b strong i em u ins s strike del a code pre blockquote span tg-spoiler tg-emoji".split(" "),
);
const NAMED: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"' };

/** Parses a text with `parse_mode: HTML` as the Bot API does: the text without its markup, or why the API refuses it. */
export function parseTelegramHtml(source: string): { text: string } | { fault: string } {
  const open: string[] = [];
  let text = "";
  let rest = source;
  while (rest !== "") {
    const step = nextStep(rest, open);
    if ("fault" in step) return { fault: `${step.fault} at byte offset ${offset(source, rest)}` };
    text += step.text;
    rest = rest.slice(step.length);
  }
  const unclosed = open.at(-1);
  return unclosed === undefined
    ? { text }
    : { fault: `Can't find end tag corresponding to start tag "${unclosed}"` };
}

type Step = { text: string; length: number } | { fault: string };

function nextStep(rest: string, open: string[]): Step {
  if (rest.startsWith("</")) return closing(rest, open);
  if (rest.startsWith("<")) return opening(rest, open);
  if (rest.startsWith("&")) return entity(rest);
  const length = rest.search(/[<&]/);
  const plain = length === -1 ? rest : rest.slice(0, length);
  return { text: plain, length: plain.length };
}

function opening(rest: string, open: string[]): Step {
  const [whole, name = ""] = /^<([a-z-]+)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*>/i.exec(rest) ?? [];
  if (whole === undefined || !TAGS.has(name.toLowerCase())) {
    return { fault: `Unsupported start tag "${/^<([^\s>]*)/.exec(rest)?.[1] ?? ""}"` };
  }
  open.push(name.toLowerCase());
  return { text: "", length: whole.length };
}

function closing(rest: string, open: string[]): Step {
  const [whole, name = ""] = /^<\/([a-z-]*)\s*>/i.exec(rest) ?? [];
  const expected = open.pop();
  if (whole === undefined || expected !== name.toLowerCase())
    return { fault: `Unmatched end tag, expected "</${expected ?? ""}>"` };
  return { text: "", length: whole.length };
}

/** Unknown entities stay text, as in Telegram. */
function entity(rest: string): Step {
  const [whole = "", named, decimal, hex] = /^&(?:([a-z]+)|#(\d{1,7})|#x([0-9a-f]{1,6}));/i.exec(rest) ?? [];
  if (named !== undefined && NAMED[named] !== undefined) return { text: NAMED[named], length: whole.length };
  const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  if (code > 0 && code <= 0x10ffff) return { text: String.fromCodePoint(code), length: whole.length };
  return { text: "&", length: 1 };
}

function offset(source: string, rest: string): number {
  return Buffer.byteLength(source.slice(0, source.length - rest.length));
}
