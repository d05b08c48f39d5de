import type { Instant } from "@overdue/schedules";

import type { Reason } from "../checks/check.ts";
import type { Severity } from "../routing/route.ts";
import type { Evidence, PingKind } from "../checks/event.ts";
import type { RunFacts } from "../pings/read-facts.ts";
import type { DeliveryKind } from "../delivery/delivery-kinds.ts";
import type { SlotRecord } from "../strip/mark.ts";

/**
 * Everything an alert is composed from, as plain data: `packages/db` loads it, `packages/channels` words the message.
 * Texts are not escaped: they are as the job sent or the person typed them.
 */
export type AlertFacts = {
  deliveryId: string;
  kind: DeliveryKind;
  project: { id: string; name: string };
  channel: { id: string; name: string };
  /** Null if the alert is not about a check, such as a test message. */
  check: AlertCheck | null;
  flip: { at: Instant; reason: Reason | null } | null;
  incident: { id: string; reason: Reason; evidence: Evidence; openedAt: Instant } | null;
  /** The ping that a run or notice is about; for other alerts the newest ping that is not later than the flip. */
  lastPing: AlertPing | null;
  /** What the alert says if it is not about an incident; its shape depends on `kind`. */
  payload: Record<string, unknown> | null;
  /** The alerts that are sent in the same message; null or left out: only this one. */
  group?: AlertGroup | null;
  /** When the delivery was written. */
  writtenAt: Instant;
  /** An `up` whose `down` was never sent to this channel, so the message reports both. */
  includesDown: boolean;
  /** An earlier attempt may have arrived, so this may be a duplicate. */
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
  /** What the person wrote about the job, above all what to do when it is down; empty or left out: nothing. */
  description?: string;
  /** The time zone of the schedule; null for an interval. */
  timezone: string | null;
  graceSeconds: number;
  /** Left out where it does not matter, such as in a sample. */
  severity?: Severity;
  /** Its newest slots, oldest first; loaded only for mails. */
  slots?: readonly SlotRecord[];
};

/** `output` is the end of the ping's body. `facts`: what the wrapper said of the run; null or left out: nothing. */
type AlertPing = {
  at: Instant;
  kind: PingKind;
  exitStatus: number | null;
  output: string | null;
  facts?: RunFacts | null;
};

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
  /** Set if all alerts of the group are runs and notices: how many there are, and those of the first few checks. */
  informational?: InformationalGroup | null;
  /**
   * The storm that the alerts belong to. `shared`: what its incidents have in common, such as "host db1" or "tag prod";
   * empty if nothing is known. `open`: how many of its incidents are open now.
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
