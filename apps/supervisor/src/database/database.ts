/** The database that the product runs on, and how it ends. */
export type Database = {
  url: string;
  /** Stops what was started for it; a server of the user's is left alone. */
  stop: () => Promise<void>;
};
