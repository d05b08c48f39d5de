import { createECDH } from "node:crypto";

import { eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { instanceFacts } from "../schema/index.ts";
import { type Keyring, seal, unseal } from "../secrets/keyring.ts";

/** The keys with which this instance signs its push messages to browsers (RFC 8292), in base64url. */
export type PushKeys = { publicKey: string; privateKey: string };

const NAME = "push-keys";
const PLACE = { table: "instance_facts", column: "value", rowId: NAME, projectId: "" };

/** The keys of this instance, generated if it has none yet. Every browser's subscription is bound to them. @throws LostKey */
export async function loadPushKeys(db: Db, keyring: Keyring): Promise<PushKeys> {
  const known = await findKeys(db, keyring);
  if (known !== null) return known;
  const value = seal(keyring, PLACE, JSON.stringify(newKeys()));
  // If another process was first, its keys are used.
  await db.insert(instanceFacts).values({ name: NAME, value }).onConflictDoNothing();
  const made = await findKeys(db, keyring);
  if (made === null) throw new Error("The keys for browsers were removed while they were made.");
  return made;
}

async function findKeys(db: Db, keyring: Keyring): Promise<PushKeys | null> {
  const [fact] = await db.select().from(instanceFacts).where(eq(instanceFacts.name, NAME));
  return fact === undefined ? null : JSON.parse(unseal(keyring, PLACE, fact.value));
}

function newKeys(): PushKeys {
  const keys = createECDH("prime256v1");
  const publicKey = keys.generateKeys("base64url");
  const number = keys.getPrivateKey();
  // A key is 32 bytes, also where its number begins with zeros.
  const privateKey = Buffer.concat([Buffer.alloc(32 - number.length), number]).toString("base64url");
  return { publicKey, privateKey };
}
