import type { AffectedTime } from "./clock-changes.ts";
import { capitalise, listText } from "./english.ts";

const LISTED_MAX = 3;
const KINDS: readonly Pick<AffectedTime, "mark" | "pass">[] = [
  { mark: "skipped" },
  { mark: "skipped", pass: "first" },
  { mark: "skipped", pass: "second" },
  { mark: "moved" },
  { mark: "doubled" },
  { mark: "once", pass: "first" },
  { mark: "once", pass: "second" },
  { mark: "extra" },
];

/** What happens to runs at a clock change, a sentence for each kind. Times on the day of the change have no date. */
export function effectText(affected: readonly AffectedTime[], date: string): string {
  if (affected.length === 0) return "Every run comes as planned.";
  const sentences = KINDS.flatMap((kind) => {
    const times = affected.filter(({ mark, pass }) => mark === kind.mark && pass === kind.pass);
    return times.length === 0 ? [] : [`${capitalise(sentence(kind, times, date))}.`];
  });
  return sentences.join(" ");
}

function sentence(
  { mark, pass }: Pick<AffectedTime, "mark" | "pass">,
  times: readonly AffectedTime[],
  date: string,
): string {
  const short = (text: string) => text.replace(`${date} `, "");
  const runs = times.flatMap((time) => time.runs.map(({ local }) => short(local)));
  const names = shortList(times.map(({ local }) => short(local)));
  const one = times.length === 1;
  switch (mark) {
    case "skipped":
      return pass === undefined
        ? `${names} ${one ? "does" : "do"} not run`
        : `${names} ${one ? "runs" : "run"} in the ${pass} pass of the repeated hour only (${offsets(times)})`;
    case "moved":
      return movedText(times, short);
    case "doubled":
      return `${names} ${one ? "runs" : "run"} twice${one ? `, at ${listText(runs)}` : ""}`;
    case "once":
      return `${names} ${one ? "comes" : "come"} twice and ${one ? "runs" : "run"} once, in the ${pass ?? "first"} pass (${offsets(times)})`;
    case "extra":
      return `there ${one ? "is one more run" : "are more runs"}, at ${shortList(runs)}`;
  }
}

function offsets(times: readonly AffectedTime[]): string {
  const texts = times.flatMap(({ runs }) => runs.map(({ local }) => local.slice(local.indexOf("(") + 1, -1)));
  return listText([...new Set(texts)]);
}

/** Times that run at the same instant are named together. */
function movedText(times: readonly AffectedTime[], short: (text: string) => string): string {
  const targets = [...new Set(times.map(({ runs }) => runs[0]?.local ?? ""))];
  const parts = targets.slice(0, LISTED_MAX).map((target) => {
    const there = times.filter(({ runs }) => runs[0]?.local === target).map(({ local }) => short(local));
    return `${shortList(there)} ${there.length === 1 ? "runs" : "run"} at ${short(target)} instead`;
  });
  const more = targets.length - LISTED_MAX;
  return listText(more > 0 ? [...parts, `${more} more likewise`] : parts);
}

function shortList(texts: readonly string[]): string {
  const more = texts.length - LISTED_MAX;
  return listText(more > 0 ? [...texts.slice(0, LISTED_MAX), `${more} more`] : texts);
}
