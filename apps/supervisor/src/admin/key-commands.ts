import { createKey, listKeys, mayBring, NOT_TAKEN, revokeKey, rotateKey } from "@overdue/db";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { defineCommand, id, text } from "./command.ts";
import { mustFindProject } from "./project.ts";

const scope = z.enum(["read", "write", "ping"], "must be read, write or ping");

const brought = z.string().regex(/^[\x21-\x7e]{32}$/, "must have 32 characters, without spaces");
const HOUR_MS = 3_600_000;
const hours = z.coerce.number("must be a number of hours").int().min(0).max(720, "must be at most 720");

export const keyCommands = {
  "key create": defineCommand({
    options: z.object({ project: id, scope, name: text, key: brought.optional() }),
    text: "make a key; it is shown this once. --key brings one along from Healthchecks, so that its clients go on",
    audit: "key.create",
    run: async ({ db }, { project, key: known, ...rest }) => {
      await mustFindProject(db, project);
      const may = known === undefined ? "yes" : await mayBring(db, project, known);
      if (may !== "yes") throw new Refusal(`--key ${NOT_TAKEN[may]}`);
      const input = { projectId: project, ...rest, ...(known !== undefined && { key: known }) };
      const { row, key } = await createKey(db, input);
      return { id: row.id, key };
    },
  }),
  "key rotate": defineCommand({
    options: z.object({ project: id, key: id, "keep-old-hours": hours.optional() }),
    text: "make a key in the place of another, which goes on for 24 hours or as many as said",
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
      await mustFindProject(db, project);
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
    text: "end a key at once and for good",
    audit: "key.delete",
    run: async ({ db }, { project, key }) => {
      const isRevoked = await revokeKey(db, { projectId: project, keyId: key });
      if (!isRevoked) throw new Refusal(`There is no key ${key} in that project, or it was revoked before.`);
      return { revoked: key };
    },
  }),
};
