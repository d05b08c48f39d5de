/** The version of this program, as its package says it. */
export const VERSION = "0.1.0";
