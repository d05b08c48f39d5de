import { channel } from "node:diagnostics_channel";

/** An incident was opened or has ended. Instants are milliseconds since the epoch. */
export type StateChange = {
  incidentId: string;
  projectId: string;
  checkId: string;
  from: string;
  to: string;
  reason: string | null;
  /** The instant of the deadline, of the ping or of the edit that caused it. */
  at: number;
  /** The ping that caused it; null: none did. */
  pingId: string | null;
  /** When it began to be written. */
  writtenFrom: number;
};

/** A message about an incident was sent to a provider, whatever the provider answered. */
export type DeliveryAttempt = {
  incidentId: string;
  /** The message reports that the incident has ended. */
  isEnd: boolean;
  projectId: string;
  checkId: string | null;
  deliveryId: string;
  channelId: string;
  channelKind: string;
  kind: string;
  attempt: number;
  outcome: string;
  /** The status of an HTTP response; null if there was none. */
  statusCode: number | null;
  startedAt: number;
  endedAt: number;
};

/**
 * The events that traces are made from. They use Node's diagnostics channels, so that a publisher loads no library and
 * waits for nothing; it should check `hasSubscribers` before it creates an event.
 */
export const stateChanges = tracedEvents<StateChange>("overdue:state-change");
export const deliveryAttempts = tracedEvents<DeliveryAttempt>("overdue:delivery-attempt");

function tracedEvents<Event extends object>(name: string) {
  const events = channel(name);
  return {
    get hasSubscribers() {
      return events.hasSubscribers;
    },
    publish: (event: Event): void => events.publish(event),
    /** @returns a function that unsubscribes */
    subscribe: (listener: (event: Event) => void) => {
      const onMessage = (message: unknown) => listener(message as Event);
      events.subscribe(onMessage);
      return () => {
        events.unsubscribe(onMessage);
      };
    },
  };
}
