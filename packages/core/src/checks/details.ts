import { z } from "zod";

const TAG_LENGTH_MAX = 500;
const TAGS_MAX = 250;

/**
 * A tag, as every door takes it: whatever has no space in it, since the Healthchecks-compatible API writes all tags of a
 * check into one text with spaces between them. Commas, quotes and no-break spaces may stand in it.
 */
export const TagInput = z
  .string({ error: "A tag is a text." })
  .overwrite((tag) => tag.replaceAll(/^ +| +$/g, ""))
  .min(1, { error: "A tag has at least one character.", abort: true })
  .max(TAG_LENGTH_MAX, { error: `A tag has at most ${TAG_LENGTH_MAX} characters.`, abort: true })
  .regex(/^[^ ]+$/, { error: "A tag has no spaces in it: make two tags of it.", abort: true })
  .refine((tag) => tag.isWellFormed() && !tag.includes("\0"), {
    error: "A tag has no characters that cannot be stored: leave out NUL and broken surrogates.",
  });

/** The tags of a check, a route or a maintenance window. */
export const TagsInput = z.array(TagInput).max(TAGS_MAX, `Use at most ${TAGS_MAX} tags.`);

/** The tags of the text in which they are stored: with spaces between them. */
export function splitTags(text: string): string[] {
  return text.split(" ").filter((tag) => tag !== "");
}

/** What a check without a name and a slug is called. */
export const UNNAMED_CHECK = "unnamed check";

/** What a check is called everywhere: its name, or else its slug. */
export function checkName({ name, slug }: { name: string; slug: string }): string {
  return name || slug || UNNAMED_CHECK;
}
