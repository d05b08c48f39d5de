import { z } from "zod";

/**
 * Says that something changed in a project. The database announces it to every receiver, and the receiver to open pages.
 * `checkId` is null if the change belongs to no check, such as a test message, a report or a broken channel. Such an
 * event makes a page read the whole project again.
 */
export const LiveEvent = z.object({
  projectId: z.string(),
  checkId: z.string().nullable(),
  /** The delivery that changed, and its channel. */
  deliveryId: z.string().optional(),
  channelId: z.string().optional(),
});
export type LiveEvent = z.output<typeof LiveEvent>;

/** The part of an event that a page receives. A page knows its project. */
export const PageEvent = LiveEvent.pick({ checkId: true });
export type PageEvent = z.output<typeof PageEvent>;
