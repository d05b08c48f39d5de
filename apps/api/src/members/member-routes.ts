import { listMembers } from "@overdue/db";
import { z } from "zod";

import { pageOf } from "../http/page.ts";
import { InProject } from "../http/params.ts";
import { createRouter, json, route } from "../http/route.ts";
import { iso, Timestamp } from "../http/time.ts";

const MemberView = z
  .object({
    userId: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(["owner", "editor", "viewer"]),
    since: Timestamp,
  })
  .meta({ id: "Member" });

export const memberRoutes = createRouter().openapi(
  route(
    { auth: "project", role: "viewer", key: null },
    {
      method: "get",
      path: "/v1/projects/{projectId}/members",
      summary: "List members",
      tags: ["Members"],
      request: { params: InProject },
      responses: { 200: json(pageOf(MemberView), "Members, by name.") },
    },
  ),
  async (c) => {
    const members = await listMembers(c.var.deps.db, c.req.valid("param").projectId);
    return c.json(
      { items: members.map((member) => ({ ...member, since: iso(member.since) })), next: null },
      200,
    );
  },
);
