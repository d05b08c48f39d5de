import { randomBytes } from "node:crypto";

import { isNetwork } from "@overdue/config";
import { mailAddress } from "@overdue/core";
import {
  addMember,
  addOrganizationMember,
  createKey,
  createUser,
  type Db,
  endSessions,
  findOrganization,
  findOrganizationRole,
  findRole,
  findUserByEmail,
  hashPassword,
  listKeys,
  logAccountEvent,
  MEMBER_ROLES,
  checkBroughtKey,
  KEY_REFUSALS,
  passwordProblem,
  removeSecondFactors,
  revokeKey,
  rotateKey,
  schema,
  setEmail,
  setOperator,
  setPassword,
} from "@overdue/db";
import { HOUR_MS } from "@overdue/schedules";
import { z } from "zod";

import { Refusal } from "../refusal.ts";
import { defineCommand, id, requireProject, text } from "./command.ts";

const email = mailAddress("must be an e-mail address", "ascii domain");
const password = z.string();
/** `editor` is the old name of `member`, for one release. */
const role = z
  .enum([...MEMBER_ROLES, "editor"], "must be viewer, member, admin or owner")
  .transform((given) => (given === "editor" ? "member" : given));

export const userCommands = {
  "user create": defineCommand({
    options: z.object({ email, password: password.optional() }),
    text: "create an account; without --password one is generated and shown",
    run: async ({ db }, given) => {
      const chosen = choosePassword(given);
      if (await findUserByEmail(db, given.email)) throw new Refusal(`${given.email} has an account already.`);
      const user = await createUser(db, { email: given.email, passwordHash: await hashPassword(chosen) });
      return { user, ...(given.password === undefined ? { password: chosen } : {}) };
    },
  }),
  "user reset": defineCommand({
    options: z.object({
      email,
      password: password.optional(),
      "second-factor": z.literal("off", "must be off").optional(),
    }),
    text: "set another password for a person and end their sessions; without --password one is generated and shown. --second-factor off also removes their authenticator app, recovery codes and passkeys, for who has lost them",
    run: async ({ db }, given) => {
      const user = await findUserId(db, given.email);
      const chosen = choosePassword(given);
      const passwordHash = await hashPassword(chosen);
      await db.transaction(async (tx) => {
        await setPassword(tx, { userId: user, passwordHash });
        if (given["second-factor"] === "off") await removeSecondFactors(tx, user);
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
  "user change-email": defineCommand({
    options: z.object({ email, to: email }),
    text: "give an account another address, for who can no longer read mails at the old one; ends their sessions",
    run: async ({ db }, given) => {
      const user = await findUserId(db, given.email);
      if (await findUserByEmail(db, given.to)) throw new Refusal(`--to: ${given.to} has an account already.`);
      await db.transaction(async (tx) => {
        await setEmail(tx, { userId: user, email: given.to });
        await endSessions(tx, user);
        await logAccountEvent(tx, {
          userId: user,
          action: "account.change-email-by-command",
          at: Date.now(),
          address: null,
          changes: { email: { before: given.email.toLowerCase(), after: given.to.toLowerCase() } },
        });
      });
      return { user, email: given.to.toLowerCase() };
    },
  }),
  "member add": defineCommand({
    options: z.object({ project: id.optional(), organization: id.optional(), email, role }),
    text: "add a person to a --project or an --organization, or change their role there",
    audit: "member.replace",
    before: async ({ db }, { project: projectId, organization: organizationId, ...person }) => {
      const userId = await findUserId(db, person.email);
      const there =
        organizationId === undefined ? null : await findOrganizationRole(db, { organizationId, userId });
      const role = projectId === undefined ? there : await findRole(db, { projectId, userId });
      return { email: role === null ? null : person.email, role };
    },
    run: async ({ db }, { project, organization, role: given, ...person }) => {
      const userId = await findUserId(db, person.email);
      if (project !== undefined && organization === undefined) {
        await requireProject(db, project);
        await addMember(db, { projectId: project, userId, role: given });
      } else if (organization !== undefined && project === undefined) {
        if ((await findOrganization(db, organization)) === null)
          throw new Refusal(`--organization: there is no organization ${organization}.`);
        await addOrganizationMember(db, { organizationId: organization, userId, role: given });
      } else throw new Refusal("Give either --project or --organization.");
      return { user: userId, role: given };
    },
  }),
};

/** The given password, or a new one. @throws Refusal if it is too short or too common */
function choosePassword(given: { email: string; password?: string | undefined }): string {
  const chosen = given.password ?? randomBytes(12).toString("base64url");
  const problem = passwordProblem(chosen, given.email);
  if (problem !== null) throw new Refusal(`--password: ${problem}`);
  return chosen;
}

async function findUserId(db: Db, address: string): Promise<string> {
  const user = await findUserByEmail(db, address);
  if (!user) throw new Refusal(`${address} has no account; create one with "user create".`);
  return user.id;
}

const scope = z.enum(schema.keyScope.enumValues, "must be read, read:bodies, write, ping or overview");

const existingKey = z.string().regex(/^[\x21-\x7e]{32}$/, "must have 32 characters, without spaces");
const networks = z
  .string()
  .transform((given) => given.split(",").map((one) => one.trim()))
  .refine((all) => all.every(isNetwork), "must be IP addresses or networks, with commas");
const hours = z.coerce.number("must be a number of hours").int().min(0).max(720, "must be at most 720");

export const keyCommands = {
  "key create": defineCommand({
    options: z.object({
      project: id,
      scope,
      name: text,
      key: existingKey.optional(),
      networks: networks.optional(),
      ends: z.iso.datetime({ offset: true, error: "must be a time such as 2027-01-31T00:00:00Z" }).optional(),
    }),
    text: "create a key; it is shown only now. --key takes over a key from Healthchecks, so that its clients go on working; --networks 10.0.0.0/8,… says from where alone it works, --ends until when",
    audit: "key.create",
    run: async ({ db }, { project, key: known, ends, ...rest }) => {
      await requireProject(db, project);
      if (rest.scope === "ping" && rest.networks !== undefined)
        throw new Refusal("--networks: a key that only pings takes none.");
      const may = known === undefined ? "yes" : await checkBroughtKey(db, project, known);
      if (may !== "yes") throw new Refusal(`--key ${KEY_REFUSALS[may]}`);
      const input = {
        projectId: project,
        ...rest,
        expiresAt: ends === undefined ? null : new Date(ends),
        ...(known !== undefined && { key: known }),
      };
      const { row, key } = await createKey(db, input);
      return { id: row.id, key };
    },
  }),
  "key rotate": defineCommand({
    options: z.object({ project: id, key: id, "keep-old-hours": hours.optional() }),
    text: "create a key that replaces another one; the old key is valid for another 24 hours, or for --keep-old-hours",
    audit: "key.rotate",
    run: async ({ db }, { project, key: keyId, "keep-old-hours": kept = 24 }) => {
      const now = Date.now();
      const ref = { projectId: project, keyId };
      const rotated = await rotateKey(db, ref, { now, oldEndsAt: now + kept * HOUR_MS });
      if (rotated === null) throw new Refusal(`There is no valid key ${keyId} in that project.`);
      const { row, key, old } = rotated;
      return { id: row.id, key, "old key": old.id, "old ends": old.expiresAt?.toISOString() ?? null };
    },
  }),
  "key list": defineCommand({
    options: z.object({ project: id }),
    text: "list the keys of a project; the keys themselves are not stored",
    run: async ({ db }, { project }) => {
      await requireProject(db, project);
      const keys = await listKeys(db, project);
      return keys.map(({ id: keyId, scope: may, expiresAt, lastUsedAt, lastUsedFrom, ...key }) => ({
        id: keyId,
        name: key.name,
        scope: may,
        prefix: key.prefix,
        networks: key.networks.join(",") || null,
        ends: expiresAt?.toISOString() ?? null,
        "last used": lastUsedAt?.toISOString() ?? null,
        from: lastUsedFrom,
      }));
    },
  }),
  "key revoke": defineCommand({
    options: z.object({ project: id, key: id }),
    text: "revoke a key at once",
    audit: "key.delete",
    run: async ({ db }, { project, key }) => {
      const isRevoked = await revokeKey(db, { projectId: project, keyId: key });
      if (!isRevoked) throw new Refusal(`There is no key ${key} in that project, or it was revoked before.`);
      return { revoked: key };
    },
  }),
};
