import { channelKinds } from "@overdue/channels";
import { hasAccount } from "@overdue/db";
import { z } from "zod";

import { createRouter, json, route } from "../http/route.ts";

const InstanceView = z
  .object({
    version: z.string(),
    publicUrl: z.string(),
    registration: z.enum(["open", "invite", "closed"]),
    signUp: z.enum(["by-mail", "at-once"]).meta({
      description: "Whether a new account proves its address by a mail first.",
    }),
    passwordReset: z.boolean().meta({ description: "A forgotten password can be replaced by mail." }),
    setupNeeded: z.boolean().meta({ description: "Nobody has an account yet." }),
    channelKinds: z.array(z.string()),
    slackApp: z.boolean().meta({ description: "It can be added to Slack as an app." }),
    problem: z.string().nullable().meta({
      description:
        "Why pings are not received or deadlines not evaluated, for a banner; null while all is well.",
    }),
  })
  .meta({ id: "Instance" });

export const instanceRoutes = createRouter().openapi(
  route(
    { auth: "public" },
    {
      method: "get",
      path: "/v1/instance",
      summary: "About this instance",
      tags: ["Instance"],
      responses: { 200: json(InstanceView, "What a visitor needs to know.") },
    },
  ),
  async (c) => {
    const { db, settings, readiness } = c.var.deps;
    const { version, publicUrl, registration, mail, emailVerification } = settings;
    const setupNeeded = !(await hasAccount(db));
    const problem = await readiness.problem();
    return c.json(
      {
        version,
        publicUrl,
        registration,
        signUp: mail && emailVerification ? ("by-mail" as const) : ("at-once" as const),
        passwordReset: mail,
        setupNeeded,
        channelKinds: Object.keys(channelKinds),
        slackApp: settings.slack !== null,
        problem,
      },
      200,
    );
  },
);
