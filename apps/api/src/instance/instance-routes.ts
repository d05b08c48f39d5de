import { channelKinds } from "@overdue/channels";
import { hasAnyAccount, isMailRefused, notReadyBecause, openDb, openPool, senderProblem } from "@overdue/db";
import { z } from "zod";

import { createRouter, json, route } from "../http/route.ts";
import { emailByProxy } from "../http/trusted-header.ts";

const InstanceView = z
  .object({
    version: z.string(),
    publicUrl: z.string(),
    registration: z.enum(["open", "invite", "closed"]),
    oidcName: z
      .string()
      .nullable()
      .meta({ description: "The OpenID provider of the sign-in page; null: none." }),
    trustedHeader: z
      .object({
        isHere: z.boolean().meta({ description: "The proxy has named a person in this request." }),
        signOutUrl: z.string().nullable().meta({ description: "Where a person goes on who signs out." }),
      })
      .nullable()
      .meta({ description: "Signing in by a proxy in front; null: none is set." }),
    signUp: z.enum(["by-mail", "at-once"]).meta({
      description: "Whether the address of a new account must be confirmed by mail first.",
    }),
    mail: z.boolean().meta({ description: "Whether it has a mail server." }),
    passwordReset: z.boolean().meta({ description: "Whether a forgotten password can be replaced by mail." }),
    setupNeeded: z.boolean().meta({ description: "Whether there is no account yet." }),
    channelKinds: z.array(z.string()),
    slackApp: z.boolean().meta({ description: "Whether it can be added to Slack as an app." }),
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
      responses: { 200: json(InstanceView, "The settings that a visitor needs.") },
    },
  ),
  async (c) => {
    const { db, settings, readiness } = c.var.deps;
    const { version, publicUrl, registration, mail, emailVerification } = settings;
    const setupNeeded = !(await hasAnyAccount(db));
    const problem = await readiness.problem();
    return c.json(
      {
        version,
        publicUrl,
        registration,
        oidcName: settings.oidc?.name ?? null,
        trustedHeader:
          settings.trustedHeader === null
            ? null
            : { isHere: emailByProxy(c) !== null, signOutUrl: settings.trustedHeader.signOutUrl },
        signUp: mail && emailVerification ? ("by-mail" as const) : ("at-once" as const),
        mail,
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

const REUSED_MS = 1_000;
const MAIL_REFUSED =
  "The mail server refuses mails of Overdue. The operator's page and the log of the checker show its answer.";

type ReadinessOptions = {
  databaseUrl: string;
  now: () => number;
  /** Whether there is room for pings. */
  room: { problem: string | null };
};

/**
 * Whether this instance works, checked over a new connection each time, since a pool may still have connections when no new
 * ones can be made. Requests at the same time share one result, and a good result is reused for a second.
 */
export class Readiness {
  #stopping = false;
  #askedAt = -Infinity;
  #answer: Promise<string | null> = Promise.resolve(null);
  #pending = false;
  #warnings: readonly string[] = [];
  readonly #options: ReadinessOptions;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** Makes the process not ready from now on, so that a proxy sends no more requests here. */
  stop(): void {
    this.#stopping = true;
  }

  /** Null when ready; else one sentence that says what is wrong. */
  async problem(): Promise<string | null> {
    if (this.#stopping) return "This process is about to stop.";
    const { problem } = this.#options.room;
    if (problem !== null) return problem;
    if (this.#pending) return await this.#answer;
    if (this.#options.now() - this.#askedAt < REUSED_MS && (await this.#answer) === null) return null;
    this.#pending = true;
    this.#answer = this.#ask().finally(() => (this.#pending = false));
    return await this.#answer;
  }

  /**
   * Problems that only the operator can solve, one sentence each, as of the last check. They do not make the process unready,
   * and contain nothing that a stranger must not read.
   */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  async #ask(): Promise<string | null> {
    const { databaseUrl, now } = this.#options;
    const pool = openPool({ url: databaseUrl, max: 1, statementTimeoutMs: 2_000, name: "readiness" });
    try {
      const problem = await notReadyBecause(pool);
      if (problem === null) this.#askedAt = now();
      const sender = await senderProblem(pool);
      const mail = (await isMailRefused(openDb(pool))) ? MAIL_REFUSED : null;
      this.#warnings = [sender, mail].filter((sentence) => sentence !== null);
      return problem;
    } catch {
      return "The database does not answer a new connection.";
    } finally {
      await pool.end().catch(() => undefined);
    }
  }
}

const tags = ["Instance"];
const Live = z.object({ status: z.literal("live") });
const Ready = z.object({
  status: z.literal("ready"),
  warnings: z
    .array(z.string())
    .meta({ description: "Other problems, which only the operator can solve, one sentence each." }),
});
const NotReady = z.object({ status: z.literal("not ready"), reason: z.string() });

export const healthRoutes = createRouter()
  .openapi(
    route(
      { auth: "public", isRateLimitExempt: true },
      {
        method: "get",
        path: "/health/live",
        summary: "Whether the process runs",
        tags,
        responses: { 200: json(Live, "It runs.") },
      },
    ),
    (c) => c.json({ status: "live" as const }, 200),
  )
  .openapi(
    route(
      { auth: "public", isRateLimitExempt: true },
      {
        method: "get",
        path: "/health/ready",
        summary: "Whether pings are received and deadlines evaluated",
        tags,
        responses: { 200: json(Ready, "They are."), 503: json(NotReady, "They are not, and why.") },
      },
    ),
    async (c) => {
      const reason = await c.var.deps.readiness.problem();
      if (reason === null) {
        return c.json({ status: "ready" as const, warnings: [...c.var.deps.readiness.warnings] }, 200);
      }
      return c.json({ status: "not ready" as const, reason }, 503);
    },
  );
