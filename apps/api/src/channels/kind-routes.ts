import { channelKinds, isKindName } from "@overdue/channels";
import { whyOutOfReach } from "@overdue/config";
import { NO_MAIL_SERVER } from "@overdue/core";
import { z } from "zod";

import type { ApiSettings } from "../deps.ts";
import { READ_DETAILS } from "../http/access.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject } from "../http/schemas.ts";

const tags = ["Channels"];

const FieldView = z
  .object({
    name: z.string().meta({ description: "Its name in the `settings` of a channel." }),
    label: z.string(),
    help: z.string(),
    placeholder: z.string(),
    input: z.enum(["text", "url", "email", "password", "pairs", "lines", "paragraph", "choice", "channels"]),
    secret: z.boolean().meta({ description: "It is never shown again once it is stored." }),
    required: z.boolean(),
    choices: z
      .array(z.object({ value: z.string(), label: z.string() }))
      .optional()
      .meta({ description: "The options of a `choice`; the first is the default." }),
  })
  .meta({ id: "ChannelField" });

const KindView = z
  .object({
    kind: z.string(),
    title: z.string(),
    summary: z.string(),
    group: z.enum(["mail", "chat", "push", "on-call", "phone", "other"]),
    forMachines: z.boolean().meta({
      description:
        "Whether programs read it, which get alerts one by one; people get related alerts as one message.",
    }),
    fields: z.array(FieldView),
    warning: z.string().nullable().meta({
      description: "What the operator must set before any channel of this kind works; null: nothing.",
    }),
  })
  .meta({ id: "ChannelKind" });

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
          .meta({ description: "The setting that the warning is about; null: the whole kind." }),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: "ChannelWarnings" });

/** The settings of each kind of channel, and what is missing before a channel works. */
export const channelKindRoutes = createRouter()
  .openapi(
    route(
      { auth: "public" },
      {
        method: "get",
        path: "/v1/channel-kinds",
        summary: "List kinds of channels",
        description: "Every kind with the settings that a channel of it takes, as the app's forms show them.",
        tags,
        responses: {
          200: json(
            z.object({ items: z.array(KindView) }),
            "Kinds, in the order in which the app offers them.",
          ),
        },
      },
    ),
    (c) => c.json({ items: kindViews(c.var.deps.settings) }, 200),
  )
  .openapi(
    route(READ_DETAILS, {
      method: "post",
      path: "/v1/projects/{projectId}/channels/warnings",
      summary: "Find what the operator must set before a channel works",
      description:
        "Call it before a channel is saved, with the settings entered so far. It checks addresses as they are written and asks no name server, so the absence of a warning proves nothing: only a test does.",
      tags,
      request: { params: InProject, body: body(WarningsInput) },
      responses: { 200: json(Warnings, "One for each thing that is missing.") },
    }),
    (c) => {
      const { kind, settings } = c.req.valid("json");
      return c.json({ items: channelWarnings(kind, settings, c.var.deps.settings) }, 200);
    },
  );

const NO_MAIL = `${NO_MAIL_SERVER} Until then messages wait, and nobody can confirm the address.`;

type Instance = Pick<ApiSettings, "mail" | "allowedNetworks">;
type Warning = z.output<typeof Warnings>["items"][number];

function kindViews(instance: Instance): z.output<typeof KindView>[] {
  return Object.entries(channelKinds).map(([kind, { title, summary, group, forMachines, fields }]) => ({
    kind,
    title,
    summary,
    group,
    forMachines,
    fields: fields.map(({ choices, ...field }) => ({ ...field, ...(choices && { choices: [...choices] }) })),
    warning: channelWarnings(kind, {}, instance).find(({ field }) => field === null)?.message ?? null,
  }));
}

function channelWarnings(
  kind: string,
  settings: Record<string, unknown>,
  { mail, allowedNetworks }: Instance,
): Warning[] {
  if (!isKindName(kind)) return [];
  const noMail = kind === "email" && !mail ? [{ field: null, message: NO_MAIL }] : [];
  const outOfReach = channelKinds[kind].fields.flatMap(({ name, input }) => {
    const typed = settings[name];
    const because =
      input === "url" && typeof typed === "string" ? whyOutOfReach(typed, allowedNetworks) : null;
    return because === null ? [] : [{ field: name, message: because }];
  });
  return [...noMail, ...outOfReach];
}
