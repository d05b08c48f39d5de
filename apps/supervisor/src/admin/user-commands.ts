import { randomBytes } from "node:crypto";
import { addMember, createUser, type Db, findUserByEmail, setOperator } from "@overdue/db";
import { mailAddress } from "@overdue/core";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { defineCommand, id } from "./command.ts";
import { mustFindProject } from "./project.ts";

const email = mailAddress("must be an e-mail address", "ascii domain");
const password = z
  .string()
  .min(8, "must have at least 8 characters")
  .max(128, "must have at most 128 characters");
const role = z.enum(["owner", "editor", "viewer"], "must be owner, editor or viewer");

export const userCommands = {
  "user create": defineCommand({
    options: z.object({ email, password: password.optional() }),
    text: "make an account; without --password one is made and shown",
    run: async ({ db }, given) => {
      const chosen = given.password ?? randomBytes(12).toString("base64url");
      if (await findUserByEmail(db, given.email)) throw new Refusal(`${given.email} has an account already.`);
      const { hashPassword } = await import("better-auth/crypto");
      const user = await createUser(db, { email: given.email, passwordHash: await hashPassword(chosen) });
      return { user, ...(given.password === undefined ? { password: chosen } : {}) };
    },
  }),
  "user operator": defineCommand({
    options: z.object({ email, off: z.stringbool("must be true or false").optional() }),
    text: "let a person run this installation: they hear of its troubles; --off true: no more",
    run: async ({ db }, given) => {
      const user = await findUserId(db, given.email);
      await setOperator(db, user, given.off !== true);
      return { user, operator: given.off === true ? "no" : "yes" };
    },
  }),
  "member add": defineCommand({
    options: z.object({ project: id, email, role }),
    text: "make a person a member of a project, or change the role they have there",
    run: async ({ db }, given) => {
      await mustFindProject(db, given.project);
      const userId = await findUserId(db, given.email);
      await addMember(db, { projectId: given.project, userId, role: given.role });
      return { user: userId, role: given.role };
    },
  }),
};

async function findUserId(db: Db, address: string): Promise<string> {
  const user = await findUserByEmail(db, address);
  if (!user) throw new Refusal(`${address} has no account; "user create" makes one.`);
  return user.id;
}
