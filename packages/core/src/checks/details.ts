import { z } from "zod";
import { SEVERITIES } from "../routing/route.ts";

const TAG_CHARS_MAX = 500;
const TAGS_MAX = 250;

/**
 * A tag, as the API, the app and the config file all accept it: anything without a space, since the Healthchecks-compatible
 * API writes all tags of a check into one text with spaces between them. Commas, quotes and no-break spaces are allowed.
 */
export const TagInput = z
  .string({ error: "A tag is a text." })
  .overwrite((tag) => tag.replaceAll(/^ +| +$/g, ""))
  .min(1, { error: "A tag has at least one character.", abort: true })
  .max(TAG_CHARS_MAX, { error: `A tag has at most ${TAG_CHARS_MAX} characters.`, abort: true })
  .regex(/^[^ ]+$/, { error: "A tag has no spaces in it: make two tags of it.", abort: true })
  .refine((tag) => tag.isWellFormed() && !tag.includes("\0"), {
    error: "A tag has no characters that cannot be stored: leave out NUL and broken surrogates.",
  });

/** The tags of a check, a route or a maintenance window. */
export const TagsInput = z.array(TagInput).max(TAGS_MAX, `Use at most ${TAGS_MAX} tags.`);

/** Splits the text in which a check's tags are stored, with spaces between them. */
export function splitTags(text: string): string[] {
  return text.split(" ").filter((tag) => tag !== "");
}

const keywords = z.string().trim().max(200, "Use at most 200 characters.");

/** The name of a check and how its pings are read: all that people set about it apart from when it is due. */
export const DetailsInput = z.strictObject({
  name: z.string().trim().max(100, "Use at most 100 characters."),
  slug: z
    .string()
    .max(100, "Use at most 100 characters.")
    .regex(/^[a-z0-9_-]*$/, "Use only a-z, 0-9, - and _."),
  tags: TagsInput,
  description: z.string().max(10_000, "Use at most 10,000 characters."),
  severity: z
    .enum(SEVERITIES, { error: "Severity is info, warning or critical." })
    .meta({ description: "Routes may look at it; a check that nobody rated is a warning." }),
  methods: z.enum(["", "POST"]).meta({ description: "POST: GET and HEAD are stored as ignored." }),
  filterSubject: z.boolean(),
  filterBody: z.boolean(),
  filterHttpBody: z.boolean(),
  filterDefaultFail: z.boolean(),
  startKeywords: keywords,
  successKeywords: keywords,
  failureKeywords: keywords,
});
type Details = z.output<typeof DetailsInput>;

/** The default details of a new check. */
export const defaultDetails: Details = {
  name: "",
  slug: "",
  tags: [],
  description: "",
  severity: "warning",
  methods: "",
  filterSubject: false,
  filterBody: false,
  filterHttpBody: false,
  filterDefaultFail: false,
  startKeywords: "",
  successKeywords: "",
  failureKeywords: "",
};

const DETAILS = Object.keys(DetailsInput.shape) as (keyof Details)[];

/** The details of a stored check, which keeps its tags as one text. */
export function detailsOf<Row extends Record<keyof Details, unknown> & { tags: string }>(row: Row) {
  const named = Object.fromEntries(DETAILS.map((name) => [name, row[name]]));
  return { ...(named as Pick<Row, Exclude<keyof Details, "tags">>), tags: splitTags(row.tags) };
}
