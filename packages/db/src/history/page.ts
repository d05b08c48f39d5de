/** Where a page of events begins: after the event of this instant and id, going back in time. */
export type EventPosition = { at: Date; id: string };
export type EventPage = { limit: number; after: EventPosition | null };
