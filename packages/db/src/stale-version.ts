/** Somebody else edited it since: the editor saw an older version. */
export class StaleVersion extends Error {}
