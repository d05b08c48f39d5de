type Json = Record<string, unknown>;

const BLOCKS_MAX = 50;
const CHARS_MAX = { header: 150, section: 3_000, field: 2_000, button: 75 };

/** Slack's error code for a message that it refuses; null: Slack would post it. */
export function slackFault(body: string): string | null {
  const payload = parse(body);
  if (payload === null) return "invalid_payload";
  if (payload["blocks"] === undefined) return isText(payload["text"], 40_000) ? null : "no_text";
  const blocks = payload["blocks"];
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > BLOCKS_MAX) return "invalid_blocks";
  return blocks.every(isBlock) ? null : "invalid_blocks";
}

function isBlock(block: unknown): boolean {
  if (!isObject(block)) return false;
  switch (block["type"]) {
    case "header":
      return isPlain(block["text"], CHARS_MAX.header);
    case "section":
      return isSection(block);
    case "context":
      return isList(block["elements"], 10, (element) => isTextObject(element, CHARS_MAX.field));
    case "actions":
      return isList(block["elements"], 25, isButton);
    case "divider":
      return true;
    default:
      return false;
  }
}

function isSection(block: Json): boolean {
  const text = block["text"] === undefined || isTextObject(block["text"], CHARS_MAX.section);
  const fields =
    block["fields"] === undefined ||
    isList(block["fields"], 10, (field) => isTextObject(field, CHARS_MAX.field));
  return text && fields && (block["text"] !== undefined || block["fields"] !== undefined);
}

function isButton(element: unknown): boolean {
  return isObject(element) && element["type"] === "button" && isPlain(element["text"], CHARS_MAX.button);
}

function isTextObject(text: unknown, limit: number): boolean {
  if (isPlain(text, limit)) return true;
  return (
    isObject(text) && text["type"] === "mrkdwn" && text["emoji"] === undefined && isText(text["text"], limit)
  );
}

function isPlain(text: unknown, limit: number): boolean {
  return isObject(text) && text["type"] === "plain_text" && isText(text["text"], limit);
}

function isText(text: unknown, limit: number): boolean {
  return typeof text === "string" && text.length >= 1 && text.length <= limit;
}

function isList(list: unknown, max: number, fits: (element: unknown) => boolean): boolean {
  return Array.isArray(list) && list.length >= 1 && list.length <= max && list.every(fits);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(body: string): Json | null {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
