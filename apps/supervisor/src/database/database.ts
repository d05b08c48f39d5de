/** The database of the product. */
export type Database = {
  url: string;
  /** Stops the embedded server; does nothing to a server of the user's. */
  stop: () => Promise<void>;
};
