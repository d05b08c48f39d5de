import {
  cancelDeletion,
  consumeAccountToken,
  DELETION_DAYS,
  exportAccount,
  EXPORTED_ENTRIES_MAX,
  findDeletion,
  findUser,
  planDeletion,
  queueAccountMail,
  scheduleDeletion,
  type Tx,
} from "@overdue/db";
import { z } from "zod";

import { FRESH_PERSON, PERSON } from "../http/access.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { requireFound } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { iso, Role, Timestamp } from "../http/schemas.ts";
import { recordAccountEvent } from "./account-events.ts";
import { TokenInput } from "./account-input.ts";
import { limitMailLinkRequests } from "./sign-in-attempts.ts";
import { expiredLink } from "./sign-up.ts";

const tags = ["Account"];

const DeletionInput = z
  .strictObject({
    organizationIds: z.array(z.uuid()).max(200).default([]).meta({
      description:
        "The organizations to delete with the account: all that you alone own, unless somebody else becomes an owner first.",
    }),
    keys: z.enum(["keep", "end"], "Choose keep or end.").default("keep").meta({
      description: "What becomes of the API keys that you made in projects which stay.",
    }),
  })
  .meta({ id: "AccountDeletionInput" });
const ByLink = z.strictObject({ token: TokenInput }).meta({ id: "AccountDeletionLink" });

const DeletionView = z
  .object({
    deleteAfter: Timestamp.nullable().meta({
      description: "When the account will be deleted; null: no deletion is scheduled.",
    }),
    organizationIds: z.array(z.uuid()).meta({ description: "The organizations that are deleted with it." }),
    keys: z.enum(["keep", "end"]),
    organizations: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        role: Role,
        isLastOwner: z.boolean().meta({
          description:
            "Nobody else owns it: it is deleted with the account, or somebody else becomes an owner.",
        }),
        otherPeople: z.int(),
        projects: z.array(z.string()).meta({ description: "Their names." }),
      }),
    ),
    madeKeys: z
      .array(
        z.object({
          id: z.uuid(),
          name: z.string(),
          scope: z.string(),
          project: z.string(),
          organizationId: z.uuid(),
        }),
      )
      .meta({ description: "The valid API keys that you made." }),
    invited: z.array(z.string()).meta({ description: "Addresses whose open invitations end." }),
    isLastOperator: z.boolean().meta({
      description: "You are the only operator of the instance, so that the account cannot be deleted.",
    }),
  })
  .meta({ id: "AccountDeletion", description: "What the deletion of your account concerns." });

const Export = z.record(z.string(), z.unknown()).meta({ id: "AccountExport" });

/** The end of an account, and what a person takes along. */
export const deletionRoutes = createRouter()
  .openapi(
    route(PERSON, {
      method: "get",
      path: "/v1/me/deletion",
      summary: "Read what the deletion of your account concerns",
      tags,
      responses: { 200: json(DeletionView, "What goes with it, and when, if it is scheduled.") },
    }),
    async (c) => c.json(await viewDeletion(c), 200),
  )
  .openapi(
    route(FRESH_PERSON, {
      method: "post",
      path: "/v1/me/deletion",
      summary: "Delete your account",
      description: `In ${DELETION_DAYS} days; until then everything stays as it is, and you can take it back.`,
      tags,
      request: { body: body(DeletionInput) },
      responses: { 200: json(DeletionView, "The deletion is scheduled.") },
    }),
    async (c) => {
      await schedule(c, c.req.valid("json"));
      return c.json(await viewDeletion(c), 200);
    },
  )
  .openapi(
    route(PERSON, {
      method: "delete",
      path: "/v1/me/deletion",
      summary: "Keep your account",
      description: "Takes a scheduled deletion back.",
      tags,
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const { userId } = requirePerson(c);
      if (!(await c.var.deps.db.transaction((tx) => keep(c, tx, userId))))
        throw ApiError.notFound("deletion");
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/deletion/cancel",
        summary: "Keep an account with the link of a mail",
        tags,
        request: { body: body(ByLink) },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
      await c.var.deps.db.transaction(async (tx) => {
        const used = await consumeAccountToken(tx, "account-deletion", c.req.valid("json").token);
        const userId = used?.userId ?? null;
        if (userId === null || !(await keep(c, tx, userId)))
          throw expiredLink("The deletion may have been taken back already: sign in to see.");
      });
      return c.body(null, 204);
    },
  )
  .openapi(
    route(FRESH_PERSON, {
      method: "get",
      path: "/v1/me/export",
      summary: "Export what is stored about you",
      description: `Without secrets, and with your newest ${EXPORTED_ENTRIES_MAX.toLocaleString("en")} audit entries. What is in a project is exported there.`,
      tags,
      responses: { 200: json(Export, "Everything, by kind.") },
    }),
    async (c) => {
      const { longReads } = c.var.deps;
      const exported = requireFound("account", await exportAccount(longReads.db, requirePerson(c).userId));
      c.header("content-disposition", 'attachment; filename="overdue-account.json"');
      return c.json(exported, 200);
    },
  );

async function viewDeletion(c: AppContext): Promise<z.infer<typeof DeletionView>> {
  const { db } = c.var.deps;
  const { userId } = requirePerson(c);
  const [plan, scheduled] = await Promise.all([planDeletion(db, userId), findDeletion(db, userId)]);
  const { keys, ...concerned } = plan;
  return {
    deleteAfter: scheduled === null ? null : iso(scheduled.deleteAfter),
    organizationIds: scheduled?.organizationIds ?? [],
    keys: scheduled?.endsKeys === true ? "end" : "keep",
    madeKeys: keys,
    ...concerned,
  };
}

/** @throws 400, 409 */
async function schedule(c: AppContext, input: z.output<typeof DeletionInput>): Promise<void> {
  const { db, settings } = c.var.deps;
  const { userId } = requirePerson(c);
  await db.transaction(async (tx) => {
    const { organizations, isLastOperator } = await planDeletion(tx, userId);
    if (isLastOperator)
      throw new ApiError(
        "conflict",
        "You are the only operator of this instance, who is notified of its problems: make somebody else one first, with `npm run admin -- user operator`.",
      );
    const owned = organizations.filter(({ isLastOwner }) => isLastOwner);
    const foreign = input.organizationIds.find((id) => owned.every((one) => one.id !== id));
    if (foreign !== undefined)
      throw ApiError.invalid("organizationIds", `You are not the only owner of the organization ${foreign}.`);
    const left = owned.filter(({ id }) => !input.organizationIds.includes(id));
    if (left.length > 0)
      throw new ApiError(
        "conflict",
        `organizationIds: You are the only owner of ${left.map(({ name }) => `“${name}”`).join(", ")}: make somebody else an owner, or delete it with the account.`,
      );
    const { organizationIds, keys } = input;
    await scheduleDeletion(tx, { userId, organizationIds, endsKeys: keys === "end" });
    const user = await findUser(tx, userId);
    if (settings.mail && user?.emailVerified === true)
      await queueAccountMail(tx, { kind: "account-deletion", email: user.email, name: "scheduled", userId });
    await recordAccountEvent(c, tx, { userId, action: "account.deletion-scheduled" });
  });
}

/** @returns whether a deletion was taken back */
async function keep(c: AppContext, tx: Tx, userId: string): Promise<boolean> {
  if (!(await cancelDeletion(tx, userId))) return false;
  await recordAccountEvent(c, tx, { userId, action: "account.deletion-cancelled" });
  return true;
}
