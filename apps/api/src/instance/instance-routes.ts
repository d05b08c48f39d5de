import { channelKinds } from "@overdue/channels";
import { hasAccount } from "@overdue/db";
import { z } from "zod";

import { createRouter, json, route } from "../http/route.ts";

const InstanceView = z
  .object({
    version: z.string(),
    publicUrl: z.string(),
    registration: z.enum(["open", "invite", "closed"]),
    setupNeeded: z.boolean().meta({ description: "Nobody has an account yet." }),
    channelKinds: z.array(z.string()),
  })
  .meta({ id: "Instance" });

export const instanceRoutes = createRouter().openapi(
  route(
    { auth: "public" },
    {
      method: "get",
      path: "/v1/instance",
      summary: "About this installation",
      tags: ["Instance"],
      responses: { 200: json(InstanceView, "What a visitor needs to know.") },
    },
  ),
  async (c) => {
    const { db, settings } = c.var.deps;
    const { version, publicUrl, registration } = settings;
    const setupNeeded = !(await hasAccount(db));
    return c.json(
      { version, publicUrl, registration, setupNeeded, channelKinds: Object.keys(channelKinds) },
      200,
    );
  },
);
