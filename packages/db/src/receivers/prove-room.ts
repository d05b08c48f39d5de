import { inTransaction, type Pool } from "../database.ts";

/**
 * Writes to new pages of a table that goes with the transaction, which shows that pings can be stored: rows that are there
 * already, such as a receiver's, can still be changed on a disk that is full. @throws 53100 where there is no room
 */
export async function proveRoom(pool: Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query("create temporary table overdue_room (line text) on commit drop");
    await client.query("insert into overdue_room select repeat('.', 1000) from generate_series(1, 200)");
  });
}
