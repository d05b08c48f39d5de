/** An instant as epoch milliseconds, UTC. Core reads no clock: every instant is handed in. */
export type Instant = number;
