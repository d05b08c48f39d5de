// What an address may say of the page of the day. A file of its own, since the router of every page reads it.

/** How much time the page shows, from the nearest to the farthest. */
export const ZOOMS = ["hour", "6h", "day", "week", "month"] as const;
export type Zoom = (typeof ZOOMS)[number];

/** What a person may look for in the rows. */
export const PROBLEMS = ["failed", "missed", "late", "overlong", "overlap"] as const;
export type Problem = (typeof PROBLEMS)[number];
