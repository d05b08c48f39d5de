import { secondsInWords } from "../time/duration.ts";
import type { CheckView } from "./check-queries.ts";

/** The settings that are not at their default, a sentence each. */
export function settingsSummary(check: CheckView): string[] {
  return [
    ...(check.severity === "warning" ? [] : [`Its severity is ${check.severity}.`]),
    ...lateness(check),
    ...runtime(check),
    ...repetition(check),
    ...recovery(check),
    ...handling(check),
  ];
}

function lateness({ earlyMarginSeconds, jitterSeconds, alertBeforeFirstPing }: CheckView): string[] {
  return [
    ...(earlyMarginSeconds > 0
      ? [`A ping up to ${secondsInWords(earlyMarginSeconds)} early counts for its time.`]
      : []),
    ...(jitterSeconds > 0 ? [`Up to ${secondsInWords(jitterSeconds)} late is not called late.`] : []),
    ...(alertBeforeFirstPing ? ["Goes down when its first ping does not come."] : []),
  ];
}

function runtime({ maxRuntimeSeconds, minRuntimeSeconds, progressExtends }: CheckView): string[] {
  return [
    ...(maxRuntimeSeconds !== null ? [`A run may take ${secondsInWords(maxRuntimeSeconds)} at most.`] : []),
    ...(minRuntimeSeconds !== null ? [`A run must take ${secondsInWords(minRuntimeSeconds)} at least.`] : []),
    ...(progressExtends ? ["A ping of an open run extends its limit."] : []),
  ];
}

const ATTITUDES = { allow: null, note: "is noted", alert: "alerts" } as const;

function repetition({ overlap, hostDuplicates, unusualRuns, tooOften }: CheckView): string[] {
  const window = tooOften?.windowSeconds ?? null;
  return [
    ...(ATTITUDES[overlap] ? [`A second run while one is open ${ATTITUDES[overlap]}.`] : []),
    ...(ATTITUDES[hostDuplicates] ? [`The same run from two hosts ${ATTITUDES[hostDuplicates]}.`] : []),
    ...(unusualRuns === "alert" ? ["A run of unusual length alerts."] : []),
    ...(tooOften
      ? [
          `More than ${tooOften.count} ${tooOften.of} within ${window === null ? "a slot" : secondsInWords(window)} alert.`,
        ]
      : []),
  ];
}

function recovery({ tolerance, recoverAfter }: CheckView): string[] {
  const bad =
    tolerance === null
      ? null
      : `Down after ${tolerance.bad} bad ones ${tolerance.kind === "in-a-row" ? "in a row" : `of the last ${tolerance.of}`}`;
  return [
    ...(tolerance && bad !== null
      ? [`${bad}${tolerance.tolerateMissed ? "" : "; a missed one alerts at once"}.`]
      : []),
    ...(recoverAfter > 1 ? [`Up again after ${recoverAfter} good ones.`] : []),
  ];
}

function handling({ manualResume, methods }: CheckView): string[] {
  return [
    ...(manualResume ? ["Stays paused until it is resumed by hand."] : []),
    ...(methods === "POST" ? ["Only POST counts as a ping."] : []),
  ];
}
