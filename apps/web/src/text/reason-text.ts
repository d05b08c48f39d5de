import { durationText, type Evidence, metricFindingText, type Reason } from "@overdue/core";

type ExplainedReason = {
  reason: Reason;
  evidence: Pick<Evidence, "exitStatus" | "durationMs" | "limitMs"> & {
    baseline?: Evidence["baseline"] | undefined;
    metrics?: Evidence["metrics"] | undefined;
  };
};

/** Why a check went down, in a few words. */
export const REASON_TEXTS: Record<Reason, string> = {
  missed: "no ping came in time",
  failed: "the job failed",
  overlong: "a run took too long",
  overlap: "a run was due or started while another was open",
  "too-quick": "the run ended too quickly",
  "metric-limit": "a number that it reported is beyond a limit",
  "too-often": "it ran too often",
  "never-started": "the first ping never came",
  "host-duplicate": "two hosts started the same run",
};

/** The same with the numbers of one incident, if they are known: "the job failed with exit status 2". */
export function reasonText({ reason, evidence }: ExplainedReason): string {
  const { exitStatus, durationMs, limitMs, baseline, metrics = [] } = evidence;
  if (metrics.length > 0) return metrics.map(metricFindingText).join("; ");
  if (baseline && durationMs !== null) return outlierText(durationMs, baseline);
  if (reason === "failed" && exitStatus !== null) return `the job failed with exit status ${exitStatus}`;
  if (reason === "too-quick" && durationMs !== null && limitMs !== null) {
    return `the run ended after ${durationText(durationMs)}, at least ${durationText(limitMs)} expected`;
  }
  if (reason === "overlong" && limitMs !== null) return `a run took longer than ${durationText(limitMs)}`;
  return REASON_TEXTS[reason];
}

/** The text with a capital first letter, for the beginning of a sentence. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** "it took 12 min 55 s, 3.1 times the baseline of 4 min 10 s (last 20 runs)". */
function outlierText(
  durationMs: number,
  { medianMs, runs }: NonNullable<ExplainedReason["evidence"]["baseline"]>,
): string {
  const times = durationMs / Math.max(1, medianMs);
  const share = times >= 1 ? `${times.toFixed(1)} times` : `${Math.round(times * 100)} % of`;
  return `it took ${durationText(durationMs)}, ${share} the baseline of ${durationText(medianMs)} (last ${runs} runs)`;
}
