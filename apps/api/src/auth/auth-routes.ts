import { withAsciiDomain } from "@overdue/core";
import {
  findDeletion,
  findUser,
  findUserByEmail,
  countOpenIncidents,
  listOrganizations,
  listProjects,
  logFailedAttempt,
} from "@overdue/db";
import { z } from "zod";
import { type AppContext, requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { iso, KeyScope, Role, Timestamp } from "../http/schemas.ts";
import { notifyPasswordChanged, recordAccountEvent } from "./account-events.ts";
import {
  EmailInput,
  MailSent,
  NameInput,
  NewPassword,
  refuseWeakPassword,
  SignedIn,
} from "./account-input.ts";
import { callAuth } from "./better-auth.ts";
import { checkPassword, continueSignIn, SecondFactorAsked } from "./sign-in.ts";
import { attemptSignIn, limitPasswordChanges, limitSignUps } from "./sign-in-attempts.ts";
import { signUp } from "./sign-up.ts";

// Not validated any further: a password that breaks the rules is simply wrong.
const Password = z.string().max(1_000);

const SignIn = z
  .strictObject({ email: z.string().max(254).transform(withAsciiDomain), password: Password })
  .meta({ id: "SignIn" });
const SignUp = z
  .strictObject({
    email: EmailInput,
    password: NewPassword.optional().meta({
      description:
        "Required when the account is created at once. When the address is confirmed by mail first, the password is chosen on the linked page, and one sent here is ignored.",
    }),
    name: NameInput.optional(),
    setupToken: z
      .string()
      .max(200)
      .optional()
      .meta({ description: "For the first account; the instance prints it when it starts." }),
  })
  .meta({ id: "SignUp" });
const ChangePassword = z
  .strictObject({ currentPassword: Password, newPassword: NewPassword })
  .meta({ id: "ChangePassword" });
const tags = ["Account"];

export const authRoutes = createRouter()
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/sign-in/email",
        summary: "Sign in",
        description:
          "After three wrong passwords within a quarter of an hour each response takes longer, up to 15 seconds; a browser that signed in before does not wait.",
        tags,
        request: { body: body(SignIn) },
        responses: {
          200: json(SignedIn, "Signed in; the session is in a cookie."),
          202: json(SecondFactorAsked, "The account asks for a second factor."),
        },
      },
    ),
    async (c) => {
      const credentials = c.req.valid("json");
      const known = await attemptSignIn(c, credentials.email, () =>
        withFailureLog(c, () => checkPassword(c, credentials), {
          action: "account.sign-in-failed",
          email: credentials.email,
        }),
      );
      const answer = await continueSignIn(c, known);
      return "userId" in answer ? c.json(answer, 200) : c.json(answer, 202);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/sign-up/email",
        summary: "Create an account",
        description:
          "The first account needs the setup token; later ones follow the instance's registration mode. If mails can be sent, an account is created only once its address is confirmed: the response is then 202, the same whether or not the address has an account, and the link in the mail continues the registration.",
        tags,
        request: { body: body(SignUp) },
        responses: {
          200: json(SignedIn, "The account was created, with a first project; signed in."),
          202: json(MailSent, "A mail was queued; its link creates the account."),
        },
      },
    ),
    async (c) => {
      await limitSignUps(c);
      const userId = await signUp(c, c.req.valid("json"));
      return userId === null ? c.json({ mailSent: true as const }, 202) : c.json({ userId }, 200);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/sign-out",
        summary: "Sign out",
        tags,
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      const session = await c.var.deps.sessions.find(c.req.raw.headers);
      await callAuth(c, "/sign-out", {});
      if (session !== null)
        await recordAccountEvent(c, c.var.deps.db, { userId: session.userId, action: "account.sign-out" });
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "signed-in", key: null },
      {
        method: "post",
        path: "/api/auth/change-password",
        summary: "Change the password",
        description: "Ends every other session of the account, and notifies the person by mail.",
        tags,
        request: { body: body(ChangePassword) },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await limitPasswordChanges(c);
      const { db } = c.var.deps;
      const { userId } = requirePerson(c);
      const change = c.req.valid("json");
      const email = (await findUser(db, userId))?.email ?? "";
      refuseWeakPassword(change.newPassword, email, "newPassword");
      await withFailureLog(
        c,
        () => callAuth(c, "/change-password", { ...change, revokeOtherSessions: true }),
        {
          action: "account.change-password-failed",
          email,
        },
      );
      await notifyPasswordChanged(c, db, email);
      await recordAccountEvent(c, db, { userId, action: "account.change-password" });
      return c.body(null, 204);
    },
  );

type FailedAttempt = { action: string; email: string };

/**
 * Runs an attempt, and logs it if it is refused. The response does not wait for the log entry, since its duration would
 * reveal whether the account exists.
 */
async function withFailureLog<T>(c: AppContext, run: () => Promise<T>, failure: FailedAttempt): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) logFailure(c, failure);
    throw error;
  }
}

function logFailure(c: AppContext, { action, email }: FailedAttempt): void {
  const { db, now, clientAddress, log } = c.var.deps;
  const [at, address] = [now(), clientAddress(c)];
  findUserByEmail(db, email)
    .then((user) => user && logFailedAttempt(db, { userId: user.id, action, at, address }))
    .catch((err: unknown) => log.warn({ err, action }, "A failed attempt could not be logged."));
}

const MeView = z
  .object({
    user: z
      .object({
        id: z.string(),
        name: z.string(),
        email: z.string(),
        isVerified: z.boolean().meta({
          description: "The address is confirmed: mails go there, and invitations to it can be accepted.",
        }),
        deleteAfter: Timestamp.nullable().meta({
          description: "When the account will be deleted, which the person asked for; null: it stays.",
        }),
      })
      .nullable()
      .meta({ description: "Null for an API key." }),
    key: z
      .object({ id: z.uuid(), projectId: z.uuid(), scope: KeyScope })
      .nullable()
      .meta({ description: "Null for a person." }),
    isOperator: z
      .boolean()
      .meta({ description: "This person is an operator of the instance: GET /v1/operator." }),
    projects: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        role: Role,
        organizationId: z.uuid(),
        openIncidents: z.int().meta({ description: "How many of its incidents are open." }),
      }),
    ),
    organizations: z
      .array(z.object({ id: z.uuid(), name: z.string(), role: Role }))
      .meta({ description: "Those in which you have a role; a project's role alone gives none." }),
  })
  .meta({ id: "Me" });

export const meRoutes = createRouter().openapi(
  route(
    { auth: "signed-in", key: "read" },
    {
      method: "get",
      path: "/v1/me",
      summary: "Read who is calling",
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
      organizations: [],
    };
  }
  const user = actor.kind === "user" ? await findUser(deps.db, actor.userId) : null;
  if (user === null) throw new ApiError("unauthorized", "Sign in, or send an API key.");
  const [projects, organizations, deletion] = await Promise.all([
    listProjects(deps.db, user.id),
    listOrganizations(deps.db, user.id),
    findDeletion(deps.db, user.id),
  ]);
  const open = await countOpenIncidents(
    deps.pool,
    projects.map(({ id }) => id),
  );
  return {
    user: {
      id: user.id,
      name: user.name,
      email: user.email,
      isVerified: user.emailVerified,
      deleteAfter: deletion === null ? null : iso(deletion.deleteAfter),
    },
    key: null,
    isOperator: user.isOperator,
    projects: projects.map(({ id, name, role, organizationId }) => ({
      id,
      name,
      role,
      organizationId,
      openIncidents: open.get(id) ?? 0,
    })),
    organizations: organizations.map(({ id, name, role }) => ({ id, name, role })),
  };
}
