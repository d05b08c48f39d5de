import type { CheckSettings } from "../../src/index.ts";
import { isInOrder } from "../history/order.ts";
import type { History } from "../history/history.ts";

/** What of a history the oracle foretells; its invariants and a change of rhythm are tried on every one. */
export type Known = { verdicts: boolean; slots: boolean };

/** The oracle is sure of default settings, with jitter and a min runtime; of slots only where no edit moves them. */
export function known(history: History): Known {
  const { settings, entries } = history;
  const edits = entries.flatMap(({ event }) => (event.kind === "edit" ? [event.settings] : []));
  const verdicts = isInOrder(history) && [settings, ...edits].every(isPlain);
  return { verdicts, slots: verdicts && edits.length === 0 };
}

function isPlain(settings: CheckSettings): boolean {
  const { earlyMarginSeconds, maxRuntimeSeconds, progressExtends, recoverAfter, alertBeforeFirstPing } =
    settings;
  const { overlap, hostDuplicates, tooOften, tolerance } = settings;
  const runs =
    maxRuntimeSeconds === null && !progressExtends && overlap === "allow" && hostDuplicates === "allow";
  const patience = tooOften === null && tolerance === null && recoverAfter === 1 && !alertBeforeFirstPing;
  return earlyMarginSeconds === 0 && runs && patience;
}
