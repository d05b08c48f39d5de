import { findUser, listProjects } from "@overdue/db";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";

const Role = z.enum(["owner", "editor", "viewer"]);
const MeView = z
  .object({
    user: z
      .object({
        id: z.string(),
        name: z.string(),
        email: z.string(),
        isVerified: z.boolean().meta({
          description: "The address is proven: mails go there, and invitations to it can be accepted.",
        }),
      })
      .nullable()
      .meta({ description: "Null for an API key." }),
    key: z
      .object({ id: z.uuid(), projectId: z.uuid(), scope: z.enum(["read", "write", "ping"]) })
      .nullable()
      .meta({ description: "Null for a person." }),
    isOperator: z
      .boolean()
      .meta({ description: "This person is an operator of the instance: GET /v1/operator." }),
    projects: z.array(z.object({ id: z.uuid(), name: z.string(), role: Role })),
  })
  .meta({ id: "Me" });

export const meRoutes = createRouter().openapi(
  route(
    { auth: "signed-in", key: "read" },
    {
      method: "get",
      path: "/v1/me",
      summary: "Who is asking",
      tags: ["Account"],
      responses: { 200: json(MeView, "The signed-in person with their projects, or the key.") },
    },
  ),
  async (c) => c.json(await viewMe(c), 200),
);

async function viewMe(c: AppContext): Promise<z.infer<typeof MeView>> {
  const { actor, deps } = c.var;
  if (actor.kind === "key") {
    return {
      user: null,
      key: { id: actor.keyId, projectId: actor.projectId, scope: actor.scope },
      isOperator: false,
      projects: [],
    };
  }
  const user = actor.kind === "user" ? await findUser(deps.db, actor.userId) : null;
  if (user === null) throw new ApiError("unauthorized", "Sign in, or send an API key.");
  const projects = await listProjects(deps.db, user.id);
  return {
    user: { id: user.id, name: user.name, email: user.email, isVerified: user.emailVerified },
    key: null,
    isOperator: user.isOperator,
    projects: projects.map(({ id, name, role }) => ({ id, name, role })),
  };
}
