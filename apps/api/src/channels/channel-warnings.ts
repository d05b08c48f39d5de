import { channelKinds, isKindName } from "@overdue/channels";
import { whyOutOfReach } from "@overdue/config";
import { z } from "zod";

import type { ApiSettings } from "../deps.ts";
import { READ_DETAILS } from "../http/access.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject } from "../http/schemas.ts";

const WarningsInput = z
  .strictObject({ kind: z.string().max(50), settings: z.record(z.string(), z.unknown()).default({}) })
  .meta({ id: "ChannelWarningsInput" });
const Warnings = z
  .object({
    items: z.array(
      z.object({
        field: z
          .string()
          .nullable()
          .meta({ description: "The setting that it is about; null: the whole kind." }),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: "ChannelWarnings" });

const NO_MAIL_SERVER =
  "This server cannot send e-mails yet: the operator must set SMTP_URL. Until then messages wait, and nobody can confirm the address.";

export const channelWarningRoutes = createRouter().openapi(
  route(READ_DETAILS, {
    method: "post",
    path: "/v1/projects/{projectId}/channels/warnings",
    summary: "What the operator must set before a channel works",
    description:
      "Asked before a channel is saved, with the settings typed so far. It looks at addresses as they are written and asks no name server, so no warning is no promise: only a test is.",
    tags: ["Channels"],
    request: { params: InProject, body: body(WarningsInput) },
    responses: { 200: json(Warnings, "One for each thing that is missing.") },
  }),
  (c) => {
    const { kind, settings } = c.req.valid("json");
    return c.json({ items: channelWarnings(kind, settings, c.var.deps.settings) }, 200);
  },
);

type Warning = z.output<typeof Warnings>["items"][number];

function channelWarnings(
  kind: string,
  settings: Record<string, unknown>,
  { mail, allowedNetworks }: Pick<ApiSettings, "mail" | "allowedNetworks">,
): Warning[] {
  if (!isKindName(kind)) return [];
  const noMail = kind === "email" && !mail ? [{ field: null, message: NO_MAIL_SERVER }] : [];
  const outOfReach = channelKinds[kind].fields.flatMap(({ name, input }) => {
    const typed = settings[name];
    const because =
      input === "url" && typeof typed === "string" ? whyOutOfReach(typed, allowedNetworks) : null;
    return because === null ? [] : [{ field: name, message: because }];
  });
  return [...noMail, ...outOfReach];
}
