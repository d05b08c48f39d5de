import { countSealed, type Keyring, resealAll, type SealedCount } from "@overdue/db";
import { z } from "zod";

import { Refusal } from "../refusal.ts";
import { defineCommand } from "./command.ts";

/** Commands for SECRET_KEY; those for API keys are `key …`. */
export const secretCommands = {
  "keys show": defineCommand({
    options: z.object({}),
    text: "show the keys of SECRET_KEY by their ids, and how much is encrypted with each",
    run: async ({ pool, keyring }) => describeKeys(keyring, await countSealed(pool)),
  }),
  "keys rotate": defineCommand({
    options: z.object({}),
    text: "encrypt everything anew with the first key of SECRET_KEY; the product may run meanwhile, and a second run finishes one that was interrupted",
    run: async ({ pool, keyring, say }) => {
      if (keyring.keys.length < 2) throw new Refusal(ONE_KEY);
      const { resealed, unreadable } = await resealAll(pool, keyring, (done) =>
        say(`${done.resealed} encrypted anew.`),
      );
      const rest = (await countSealed(pool)).filter(({ keyId }) => keyId !== keyring.keys[0]?.id);
      return {
        "encrypted anew": String(resealed),
        ...(unreadable > 0 && { "could not be opened": `${unreadable}: they were changed in the database` }),
        "with another key": rest.length === 0 ? "nothing" : rest.map(countText).join(", "),
        next: rest.length === 0 ? DONE : NOT_DONE,
      };
    },
  }),
};

const ONE_KEY =
  "SECRET_KEY holds one key, so that there is nothing to change to: set it to the new key, a comma, and the present one, start everything anew with that, and run this again.";
const DONE =
  "Take the former key out of SECRET_KEY and start everything anew. Links in alerts that it signed end with it: wait for seven days where they still matter.";
const NOT_DONE =
  "Keep the former key for now. Run this again; what stays is encrypted with a key that SECRET_KEY does not have.";

function describeKeys({ keys }: Keyring, counts: readonly SealedCount[]) {
  const known = keys.map(({ id }, i) => ({
    key: id,
    state: i === 0 ? "encrypts and decrypts" : "decrypts",
    values:
      counts
        .filter(({ keyId }) => keyId === id)
        .map(valuesText)
        .join(", ") || "nothing",
  }));
  const ids = new Set(keys.map(({ id }) => id));
  const lost = Map.groupBy(
    counts.filter(({ keyId }) => !ids.has(keyId)),
    ({ keyId }) => keyId,
  );
  const missing = [...lost].map(([key, those]) => ({
    key,
    state: "not in SECRET_KEY",
    values: those.map(valuesText).join(", "),
  }));
  return [...known, ...missing];
}

function valuesText({ count, what }: SealedCount): string {
  return `${count} ${what}`;
}

function countText(sealed: SealedCount): string {
  return `${valuesText(sealed)} (key ${sealed.keyId})`;
}
