export { ringForDeliveries, type DeliveryChange } from "./changes.ts";
export { claimDeliveries, type Claim, type ClaimedAlert, type Lease } from "./claim.ts";
export type { DeliveryKind, DeliveryRow, DeliveryState } from "./delivery-row.ts";
export { dueDeliveries, msUntilDue, type DueDelivery } from "./due.ts";
export { finishDeliveries, type Ended, type Finish } from "./finish.ts";
export { freeLeases } from "./free-leases.ts";
export { loadAlerts, type AlertRecord } from "./load-alert.ts";
export { moveChannel } from "./move-channel.ts";
export { passOnDelivery } from "./pass-on.ts";
