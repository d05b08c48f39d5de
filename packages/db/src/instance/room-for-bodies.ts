import { eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { instanceFacts } from "../schema/index.ts";

/** The fact that the disk of the database is so short of room that pings are stored without their bodies. */
export const NO_ROOM_FOR_BODIES = "problem: room for bodies";

/** Whether bodies of pings are stored: as long as nobody has noted that the database's disk is short of room. */
export async function hasRoomForBodies(db: Db): Promise<boolean> {
  const noted = await db
    .select({ name: instanceFacts.name })
    .from(instanceFacts)
    .where(eq(instanceFacts.name, NO_ROOM_FOR_BODIES));
  return noted.length === 0;
}
