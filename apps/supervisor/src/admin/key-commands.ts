import { createKey, listKeys, mayBring, NOT_TAKEN, revokeKey, rotateKey } from "@overdue/db";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { defineCommand, id, text } from "./command.ts";
import { requireProject } from "./project.ts";

const scope = z.enum(["read", "write", "ping"], "must be read, write or ping");

const existingKey = z.string().regex(/^[\x21-\x7e]{32}$/, "must have 32 characters, without spaces");
const HOUR_MS = 3_600_000;
const hours = z.coerce.number("must be a number of hours").int().min(0).max(720, "must be at most 720");

export const keyCommands = {
  "key create": defineCommand({
    options: z.object({ project: id, scope, name: text, key: existingKey.optional() }),
    text: "create a key; it is shown only now. --key takes over a key from Healthchecks, so that its clients go on working",
    audit: "key.create",
    run: async ({ db }, { project, key: known, ...rest }) => {
      await requireProject(db, project);
      const may = known === undefined ? "yes" : await mayBring(db, project, known);
      if (may !== "yes") throw new Refusal(`--key ${NOT_TAKEN[may]}`);
      const input = { projectId: project, ...rest, ...(known !== undefined && { key: known }) };
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
      return keys.map(({ id: keyId, name, scope: may, prefix, expiresAt, lastUsedAt, lastUsedFrom }) => ({
        id: keyId,
        name,
        scope: may,
        prefix,
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
