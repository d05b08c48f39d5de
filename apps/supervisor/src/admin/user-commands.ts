import { randomBytes } from "node:crypto";
import { mailAddress } from "@overdue/core";
import {
  addMember,
  createUser,
  type Db,
  findUserByEmail,
  logAccountEvent,
  passwordProblem,
  setOperator,
  setPassword,
} from "@overdue/db";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { defineCommand, id } from "./command.ts";
import { requireProject } from "./project.ts";

const email = mailAddress("must be an e-mail address", "ascii domain");
const password = z.string();
const role = z.enum(["owner", "editor", "viewer"], "must be owner, editor or viewer");

export const userCommands = {
  "user create": defineCommand({
    options: z.object({ email, password: password.optional() }),
    text: "create an account; without --password one is generated and shown",
    run: async ({ db }, given) => {
      const chosen = choosePassword(given);
      if (await findUserByEmail(db, given.email)) throw new Refusal(`${given.email} has an account already.`);
      const user = await createUser(db, { email: given.email, passwordHash: await hashed(chosen) });
      return { user, ...(given.password === undefined ? { password: chosen } : {}) };
    },
  }),
  "user reset": defineCommand({
    options: z.object({ email, password: password.optional() }),
    text: "set another password for a person and end their sessions; without --password one is generated and shown",
    run: async ({ db }, given) => {
      const user = await findUserId(db, given.email);
      const chosen = choosePassword(given);
      const passwordHash = await hashed(chosen);
      await db.transaction(async (tx) => {
        await setPassword(tx, { userId: user, passwordHash });
        await logAccountEvent(tx, {
          userId: user,
          action: "account.reset-password-by-command",
          at: Date.now(),
          address: null,
        });
      });
      return { user, ...(given.password === undefined ? { password: chosen } : {}) };
    },
  }),
  "user operator": defineCommand({
    options: z.object({ email, off: z.stringbool("must be true or false").optional() }),
    text: "make a person an operator of this instance, who is notified about its problems; --off true undoes that",
    run: async ({ db }, given) => {
      const user = await findUserId(db, given.email);
      await setOperator(db, user, given.off !== true);
      return { user, operator: given.off === true ? "no" : "yes" };
    },
  }),
  "member add": defineCommand({
    options: z.object({ project: id, email, role }),
    text: "add a person to a project, or change their role there",
    audit: "member.replace",
    run: async ({ db }, given) => {
      await requireProject(db, given.project);
      const userId = await findUserId(db, given.email);
      await addMember(db, { projectId: given.project, userId, role: given.role });
      return { user: userId, role: given.role };
    },
  }),
};

/** The password that was given, or a new one. @throws Refusal where it is too short or too common */
function choosePassword(given: { email: string; password?: string | undefined }): string {
  const chosen = given.password ?? randomBytes(12).toString("base64url");
  const problem = passwordProblem(chosen, given.email);
  if (problem !== null) throw new Refusal(`--password: ${problem}`);
  return chosen;
}

/** Hashes a password as better-auth does. The module is loaded only when needed, because that is slow. */
async function hashed(chosen: string): Promise<string> {
  const { hashPassword } = await import("better-auth/crypto");
  return await hashPassword(chosen);
}

async function findUserId(db: Db, address: string): Promise<string> {
  const user = await findUserByEmail(db, address);
  if (!user) throw new Refusal(`${address} has no account; create one with "user create".`);
  return user.id;
}
