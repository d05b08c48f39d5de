import type { Instant } from "@overdue/schedules";

import type { Reason } from "../checks/check.ts";
import type { Severity } from "../routing/route.ts";
import type { Evidence, PingKind } from "../checks/event.ts";
import type { DeliveryKind } from "../delivery/delivery-kinds.ts";
import type { SlotRecord } from "../strip/mark.ts";

/**
 * Everything an alert is composed from, as plain data: loaded by `packages/db`, put into words by `packages/channels`.
 * Texts are as the job or the person typed them.
 */
export type AlertFacts = {
  deliveryId: string;
  kind: DeliveryKind;
  project: { id: string; name: string };
  channel: { id: string; name: string };
  /** Null where the alert is about no check, such as a test. */
  check: AlertCheck | null;
  flip: { at: Instant; reason: Reason | null } | null;
  incident: { id: string; reason: Reason; evidence: Evidence; openedAt: Instant } | null;
  /** The ping that a run or notice is about; else the newest one not later than the flip. */
  lastPing: AlertPing | null;
  /** What the alert is about where it is about no incident; its shape depends on `kind`. */
  payload: Record<string, unknown> | null;
  /** The alerts that are sent in the same message; null or left out: only this one. */
  group?: AlertGroup | null;
  /** When the delivery was written. */
  writtenAt: Instant;
  /** The down of this up was never sent to the channel, so the message reports both. */
  includesDown: boolean;
  /** An earlier attempt may have arrived. */
  uncertain: boolean;
  /** The ids of earlier deliveries about the same incident to this channel, oldest first; left out: none. */
  sentBefore?: readonly string[];
};

type AlertCheck = {
  id: string;
  /** The id in its ping URL, which is also its id in the Healthchecks API. */
  pingUuid: string;
  name: string;
  slug: string;
  tags: readonly string[];
  /** The time zone of the schedule; null for an interval. */
  timezone: string | null;
  graceSeconds: number;
  /** Left out where it does not matter, such as in a sample. */
  severity?: Severity;
  /** Its newest slots, oldest first; loaded for mails alone. */
  slots?: readonly SlotRecord[];
};

/** `output` is the end of its body. */
type AlertPing = { at: Instant; kind: PingKind; exitStatus: number | null; output: string | null };

/** The alerts that are sent in one message: how many of each kind, and the first few. */
export type AlertGroup = {
  counts: readonly { kind: DeliveryKind; reason: Reason | null; count: number }[];
  /** The group leader first. */
  first: readonly {
    kind: DeliveryKind;
    checkName: string;
    reason: Reason | null;
    payload: Record<string, unknown> | null;
  }[];
  /** Set where all of them are runs and notices: how many there are, and those of the first few checks. */
  informational?: InformationalGroup | null;
  /**
   * The storm that they belong to. `shared`: what its incidents have in common, such as "host db1" or "tag prod"; empty
   * where it is nothing known. `open`: how many of its incidents are open now.
   */
  storm: { id: string; shared: string; open: number } | null;
};

type InformationalGroup = {
  checks: number;
  runs: number;
  failed: number;
  notices: number;
  first: readonly {
    name: string;
    timezone: string | null;
    runs: number;
    failed: number;
    notices: number;
    /** The payload of the newest run. */
    last: Record<string, unknown> | null;
  }[];
};
