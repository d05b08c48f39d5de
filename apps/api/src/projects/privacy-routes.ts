import { REDACTIONS } from "@overdue/core";
import { findPrivacy, findRetention, type Privacy, setPrivacy } from "@overdue/db";
import { z } from "zod";

import { ADMIN, READ } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import type { AppContext } from "../http/context.ts";
import { requireFound } from "../http/edits.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject } from "../http/schemas.ts";

const WORDS_MAX = 20;
const Settings = {
  bodies: z.enum(["all", "redacted", "none"], { error: "bodies is all, redacted or none." }).meta({
    description:
      "Whether bodies of pings are stored as they come, without what is named here, or not at all.",
  }),
  redactions: z
    .array(z.enum(REDACTIONS))
    .max(REDACTIONS.length)
    .meta({ description: "Kinds of secrets that are taken out of bodies; fixed expressions find them." }),
  words: z
    .array(
      z.string().trim().min(3, "A word has at least 3 characters.").max(100, "Use at most 100 characters."),
    )
    .max(WORDS_MAX, `Give at most ${WORDS_MAX} words.`)
    .meta({
      description:
        "Texts that are taken out of bodies, in any case of letters; shown to admins and owners alone.",
    }),
  shortAddresses: z.boolean().meta({
    description:
      "Whether the end of senders' addresses is left out: the last byte of IPv4, all behind /48 of IPv6.",
  }),
};

const PrivacyInput = z.strictObject(Settings).meta({ id: "PrivacyInput" });
const PrivacyView = z
  .object({
    ...Settings,
    kept: z.object({ pings: z.int(), pingDays: z.int(), runDays: z.int() }).meta({
      description: "How many pings of each check are kept, for how many days, and runs for how many.",
    }),
  })
  .meta({ id: "Privacy", description: "What a project keeps of its pings." });

const path = "/v1/projects/{projectId}/privacy";
const tags = ["Projects"];

export const privacyRoutes = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path,
      summary: "Read what a project keeps of its pings",
      tags,
      request: { params: InProject },
      responses: { 200: json(PrivacyView, "What it keeps.") },
    }),
    async (c) => c.json(await viewPrivacy(c, c.req.valid("param").projectId), 200),
  )
  .openapi(
    route(ADMIN, {
      method: "put",
      path,
      summary: "Change what a project keeps of its pings",
      description:
        "It holds for pings from a second later on; what is stored already stays until its time is over.",
      tags,
      request: { params: InProject, body: body(PrivacyInput) },
      responses: { 200: json(PrivacyView, "What it keeps.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const before = await viewPrivacy(c, projectId);
      requireFound("project", await setPrivacy(c.var.deps.db, projectId, c.req.valid("json")));
      return c.json(recordChange(c, { before, after: await viewPrivacy(c, projectId) }), 200);
    },
  );

/** @throws 404 */
async function viewPrivacy(c: AppContext, projectId: string): Promise<z.output<typeof PrivacyView>> {
  const { db } = c.var.deps;
  const privacy: Privacy = requireFound("project", await findPrivacy(db, projectId));
  const { keptPings, keptPingDays, keptRunDays } = requireFound(
    "project",
    await findRetention(db, projectId),
  );
  return {
    ...privacy,
    redactions: [...privacy.redactions],
    words: seesWords(c) ? [...privacy.words] : [],
    kept: { pings: keptPings, pingDays: keptPingDays, runDays: keptRunDays },
  };
}

/** What shall not be seen is no secret to those who may change it. */
function seesWords({ var: { actor, role } }: AppContext): boolean {
  return actor.kind === "key" ? actor.scope === "write" : role === "owner" || role === "admin";
}
