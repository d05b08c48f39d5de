import type { IncidentView } from "./history-queries.ts";

import { durationText } from "../time/duration.ts";

type Reason = IncidentView["reason"];
type Told = Pick<IncidentView, "reason"> & {
  evidence: Pick<IncidentView["evidence"], "exitStatus" | "durationMs" | "limitMs">;
};

/** Why a check went down, in a few words. */
export const REASON_WORDS: Record<Reason, string> = {
  missed: "no ping came in time",
  failed: "the job failed",
  overlong: "a run took too long",
  overlap: "a second run began while one was open",
  "too-quick": "it was done too quickly",
  "too-often": "it came too often",
  "never-started": "the first ping never came",
  "host-duplicate": "two hosts started the same run",
};

/** The same with the numbers that are known: "the job failed with exit status 2". */
export function reasonText({ reason, evidence }: Told): string {
  const { exitStatus, durationMs, limitMs } = evidence;
  if (reason === "failed" && exitStatus !== null) return `the job failed with exit status ${exitStatus}`;
  if (reason === "too-quick" && durationMs !== null && limitMs !== null) {
    return `it was done in ${durationText(durationMs)}, at least ${durationText(limitMs)} expected`;
  }
  if (reason === "overlong" && limitMs !== null) return `a run took longer than ${durationText(limitMs)}`;
  return REASON_WORDS[reason];
}
