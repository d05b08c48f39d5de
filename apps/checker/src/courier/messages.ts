import type { Outcome, Parcel } from "./courier.ts";

/** What a checker tells its courier. Closing the line tells it to end what is under way, and then itself. */
export type ToCourier = { batch: number; parcels: readonly Parcel[] };

/** What a courier tells its checker. */
export type FromCourier =
  | { tells: "ready" }
  | { tells: "alive" }
  | { tells: "claimed"; batch: number; together: readonly string[] }
  | { tells: "outcome"; deliveryId: string; outcome: Outcome };

/** Both ends of the line are this same program. */
export function messageAs<Message extends ToCourier | FromCourier>(message: unknown): Message {
  return message as Message;
}
