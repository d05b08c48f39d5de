import { createKey, listKeys, revokeKey } from "@overdue/db";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { defineCommand, id, text } from "./command.ts";
import { mustFindProject } from "./project.ts";

const scope = z.enum(["read", "write", "ping"], "must be read, write or ping");

export const keyCommands = {
  "key create": defineCommand({
    options: z.object({ project: id, scope, name: text }),
    text: "make a key; it is shown this once",
    run: async ({ db }, { project, ...rest }) => {
      await mustFindProject(db, project);
      const { row, key } = await createKey(db, { projectId: project, ...rest });
      return { id: row.id, key };
    },
  }),
  "key list": defineCommand({
    options: z.object({ project: id }),
    text: "list the keys of a project; the keys themselves are not stored",
    run: async ({ db }, { project }) => {
      await mustFindProject(db, project);
      const keys = await listKeys(db, project);
      return keys.map((key) => ({ id: key.id, name: key.name, scope: key.scope, prefix: key.prefix }));
    },
  }),
  "key revoke": defineCommand({
    options: z.object({ project: id, key: id }),
    text: "end a key at once and for good",
    run: async ({ db }, { project, key }) => {
      const isRevoked = await revokeKey(db, { projectId: project, keyId: key });
      if (!isRevoked) throw new Refusal(`There is no key ${key} in that project, or it was revoked before.`);
      return { revoked: key };
    },
  }),
};
