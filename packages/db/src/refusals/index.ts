export { listRefusedPings, type RefusedPingRow } from "./list-refused-pings.ts";
export { type Refusal, REFUSAL_REASONS, type RefusalReason, storeRefusals } from "./store-refusals.ts";
