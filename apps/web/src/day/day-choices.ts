// What the address of the page of the day may contain. In a file of its own, so that the router, which every page loads,
// does not load the page.

/** How much time the page shows, from the shortest span to the longest. */
export const ZOOMS = ["hour", "6h", "day", "week", "month"] as const;
export type Zoom = (typeof ZOOMS)[number];

/** The problems by which the rows can be filtered. */
export const PROBLEMS = ["failed", "missed", "late", "overlong", "overlap"] as const;
export type Problem = (typeof PROBLEMS)[number];
