import {
  createOrganization,
  deleteOrganization,
  findOrganization,
  findOrganizationRole,
  isAtLeast,
  listOrganizationProjects,
  listOrganizations,
  type MemberRole,
  type OrganizationRow,
  renameOrganization,
  restoreOrganization,
} from "@overdue/db";
import { z } from "zod";

import { FRESH_ORGANIZATION_OWNER, ORGANIZATION_ADMIN, ORGANIZATION_VIEWER } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { expectedVersion, IfMatch, requireFound, toETag, withETag } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  InOrganization,
  iso,
  NameInput,
  pageInMemory,
  PageQuery,
  pageSchema,
  Role,
  Timestamp,
  Version,
} from "../http/schemas.ts";

const OrganizationInput = z.strictObject({ name: NameInput }).meta({ id: "OrganizationInput" });
const OrganizationPatch = OrganizationInput.partial().meta({ id: "OrganizationPatch" });

const OrganizationView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: Role.meta({ description: "Your role in the organization, and at least that in its projects." }),
    version: Version,
    createdAt: Timestamp,
  })
  .meta({ id: "Organization", description: "It has projects, and people with a role in all of them." });

const OrganizationProject = z
  .object({ id: z.uuid(), name: z.string(), createdAt: Timestamp })
  .meta({ id: "OrganizationProject" });

const IN_PERSON = { auth: "signed-in", key: null } as const;
const tags = ["Organizations"];
/** Far more than a person has, so that only a runaway script reaches it. */
const OWNED_MAX = 100;

export const organizationRoutes = createRouter()
  .openapi(
    route(IN_PERSON, {
      method: "get",
      path: "/v1/organizations",
      summary: "List your organizations",
      tags,
      request: { query: PageQuery },
      responses: { 200: json(pageSchema(OrganizationView), "Those you have a role in, oldest first.") },
    }),
    async (c) => {
      const rows = await listOrganizations(c.var.deps.db, requirePerson(c).userId);
      const page = pageInMemory(rows, c.req.valid("query"));
      return c.json({ ...page, items: page.items.map((row) => organizationView(row, row.role)) }, 200);
    },
  )
  .openapi(
    route(IN_PERSON, {
      method: "post",
      path: "/v1/organizations",
      summary: "Create an organization",
      tags,
      request: { body: body(OrganizationInput) },
      responses: { 201: json(OrganizationView, "The organization; you own it.") },
    }),
    async (c) => {
      const ownerId = requirePerson(c).userId;
      const owned = await listOrganizations(c.var.deps.db, ownerId);
      if (owned.filter(({ role }) => role === "owner").length >= OWNED_MAX)
        throw new ApiError("limit_reached", `You own ${OWNED_MAX} organizations, which is the most.`);
      const made = await createOrganization(c.var.deps.db, { name: c.req.valid("json").name, ownerId });
      c.header("etag", toETag(made.version));
      return c.json(organizationView(made, "owner"), 201);
    },
  )
  .openapi(
    route(ORGANIZATION_VIEWER, {
      method: "get",
      path: "/v1/organizations/{organizationId}",
      summary: "Read an organization",
      tags,
      request: { params: InOrganization },
      responses: { 200: json(OrganizationView, "The organization.") },
    }),
    async (c) => c.json(withETag(c, await viewOrganization(c, c.req.valid("param").organizationId)), 200),
  )
  .openapi(
    route(ORGANIZATION_ADMIN, {
      method: "patch",
      path: "/v1/organizations/{organizationId}",
      summary: "Rename an organization",
      tags,
      request: { params: InOrganization, headers: IfMatch, body: body(OrganizationPatch) },
      responses: { 200: json(OrganizationView, "The organization.") },
    }),
    async (c) => {
      const { organizationId } = c.req.valid("param");
      const before = await viewOrganization(c, organizationId);
      const { name = before.name } = c.req.valid("json");
      const version = expectedVersion(c.req.valid("header"));
      requireFound(
        "organization",
        await renameOrganization(c.var.deps.db, organizationId, { name, version }),
      );
      const after = await viewOrganization(c, organizationId);
      return c.json(withETag(c, recordChange(c, { before, after })), 200);
    },
  )
  .openapi(
    route(FRESH_ORGANIZATION_OWNER, {
      method: "delete",
      path: "/v1/organizations/{organizationId}",
      summary: "Delete an organization",
      description: "One without projects. Its owners can restore it.",
      tags,
      request: { params: InOrganization },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const { organizationId } = c.req.valid("param");
      requireFound("organization", await deleteOrganization(c.var.deps.db, organizationId));
      return c.body(null, 204);
    },
  )
  .openapi(
    route(IN_PERSON, {
      method: "post",
      path: "/v1/organizations/{organizationId}/restore",
      summary: "Undo the deletion of an organization",
      tags,
      request: { params: InOrganization },
      responses: { 200: json(OrganizationView, "The organization.") },
    }),
    async (c) => {
      const { organizationId } = c.req.valid("param");
      const { userId } = requirePerson(c);
      requireFound("organization", await restoreOrganization(c.var.deps.db, { organizationId, userId }));
      c.set("role", "owner");
      return c.json(withETag(c, await viewOrganization(c, organizationId)), 200);
    },
  )
  .openapi(
    route(ORGANIZATION_VIEWER, {
      method: "get",
      path: "/v1/organizations/{organizationId}/projects",
      summary: "List the projects of an organization",
      tags,
      request: { params: InOrganization, query: PageQuery },
      responses: { 200: json(pageSchema(OrganizationProject), "Projects, oldest first.") },
    }),
    async (c) => {
      const { organizationId } = c.req.valid("param");
      const rows = await listOrganizationProjects(c.var.deps.db, organizationId);
      const page = pageInMemory(rows, c.req.valid("query"));
      const items = page.items.map((row) => ({ ...row, createdAt: iso(row.createdAt) }));
      return c.json({ ...page, items }, 200);
    },
  );

function organizationView(row: OrganizationRow, role: MemberRole): z.infer<typeof OrganizationView> {
  return { id: row.id, name: row.name, role, version: row.version, createdAt: iso(row.createdAt) };
}

/** @throws 404 */
async function viewOrganization(
  c: AppContext,
  organizationId: string,
): Promise<z.infer<typeof OrganizationView>> {
  const row = requireFound("organization", await findOrganization(c.var.deps.db, organizationId));
  const { role } = c.var;
  if (role === null) throw ApiError.notFound("organization");
  return organizationView(row, role);
}

/** @throws 403, 404 unless the person may make projects in the organization, and move them there. */
export async function requireOrganizationAdmin(
  c: AppContext,
  ref: { organizationId: string; userId: string },
): Promise<void> {
  const role = requireFound("organization", await findOrganizationRole(c.var.deps.db, ref));
  if (isAtLeast(role, "admin")) return;
  throw new ApiError(
    "forbidden",
    `organizationId: Your role in this organization is ${role}; an admin or owner makes its projects.`,
  );
}
