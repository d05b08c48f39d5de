import { TimezoneInput } from "@overdue/schedules";
import { z } from "zod";
import { asciiDomain } from "../mail-address.ts";

const ENTRIES_MAX = 200;
const SLUG = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
/** Slugs that Overdue uses itself below /status/. */
const TAKEN = new Set(["confirm", "unsubscribe"]);

export const PageSlug = z
  .string("Give the page an address.")
  .trim()
  .toLowerCase()
  .min(2, "Use at least 2 characters.")
  .max(60, "Use at most 60 characters.")
  .regex(SLUG, "Use small letters, digits and hyphens, and begin and end with a letter or a digit.")
  .refine((slug) => !TAKEN.has(slug), "This address is taken by Overdue itself: choose another.");

const HOST_SENTENCE = "Write a host name of your own, such as status.example.org.";

/** A host name without port, as browsers send it. */
export const PageHost = z
  .string(HOST_SENTENCE)
  .trim()
  .max(253, HOST_SENTENCE)
  .transform((typed, context) => {
    const host = asciiDomain(typed.toLowerCase())?.toLowerCase() ?? "";
    if (host.includes(".") && !/\.(?:\d+|localhost)$/.test(host)) return host;
    context.addIssue({ code: "custom", message: HOST_SENTENCE });
    return z.NEVER;
  });

const text = (max: number) => z.string().trim().max(max, `Use at most ${max} characters.`);

const PageEntryInput = z
  .strictObject({
    checkId: z.uuid(),
    group: text(100)
      .default("")
      .meta({ description: "Entries with the same text stand together; may be empty." }),
    name: text(100)
      .min(1, "Give it the name that visitors see.")
      .meta({ description: "What visitors see; the check's own name is not shown." }),
  })
  .meta({ id: "StatusPageEntry" });

export const StatusPagePatch = z
  .strictObject({
    name: text(100).min(1, "Give the page a name."),
    slug: PageSlug.meta({ description: "The page is at /status/{slug}." }),
    description: text(1_000),
    host: PageHost.nullable().meta({ description: "A host name of your own that shows this page alone." }),
    visibility: z.enum(["public", "password"]),
    password: z
      .string()
      .min(8, "Use at least 8 characters.")
      .max(128, "Use at most 128 characters.")
      .meta({ description: "Of a page that asks for one; it is never shown again." }),
    theme: z.enum(["auto", "light", "dark"]),
    timezone: TimezoneInput.meta({ description: "The time zone of the days and times on the page." }),
    showsIncidents: z
      .boolean()
      .meta({ description: "Whether incidents of its checks are shown even if nobody wrote about them." }),
    entries: z
      .array(PageEntryInput)
      .max(ENTRIES_MAX, `Use at most ${ENTRIES_MAX} checks.`)
      .refine((entries) => new Set(entries.map(({ checkId }) => checkId)).size === entries.length, {
        error: "A check can be on a page only once.",
      })
      .meta({ description: "In the order in which they are shown." }),
  })
  .partial()
  .meta({ id: "StatusPagePatch" });

/** What a person sets for a status page. */
export const StatusPageInput = StatusPagePatch.required({ name: true, slug: true }).meta({
  id: "StatusPageInput",
});

const UpdateStateInput = z.enum(["investigating", "identified", "monitoring", "resolved", "notice"]);

const UPDATE = {
  state: UpdateStateInput.meta({ description: "notice: an announcement, which reports no problem." }),
  text: text(5_000).min(1, "Write what visitors should know."),
};

export const StatusUpdateInput = z.strictObject(UPDATE).meta({ id: "StatusUpdateInput" });

export const StatusPostInput = z
  .strictObject({
    title: text(150).min(1, "Give it a title."),
    checkIds: z
      .array(z.uuid())
      .max(ENTRIES_MAX)
      .default([])
      .meta({ description: "Checks of the page that it is about." }),
    incidentId: z.uuid().nullable().default(null).meta({ description: "The incident that it is about." }),
    ...UPDATE,
  })
  .meta({ id: "StatusPostInput" });
