import { z } from "zod";

/** What a program of ours says to the supervisor: that its event loop turns, and that its start is over. */
const Message = z.union([z.object({ alive: z.literal(true) }), z.object({ running: z.literal(true) })]);
export type Message = z.infer<typeof Message>;

/** A message as it came in; null for whatever else a program may send. */
export function readMessage(message: unknown): Message | null {
  return Message.safeParse(message).data ?? null;
}
