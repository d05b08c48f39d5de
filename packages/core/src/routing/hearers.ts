import type { Instant } from "@overdue/schedules";
import type { Reason } from "../checks/check.ts";
import { openingAt } from "./hours.ts";
import type { News, RunNews } from "./news.ts";
import { type Directory, matches, type Route, type RoutedCheck } from "./route.ts";
import { reach } from "./targets.ts";

/** A channel that hears of news, by which route, and not before when. */
export type Hearer<Told extends News = News> = {
  news: Told;
  channelId: string;
  routeId: string;
  notBefore: Instant;
  because: string;
};

/** Everything on which depends who hears of a check's news. */
export type Hearing = {
  check: RoutedCheck;
  routes: readonly Route[];
  directory: Directory;
  /** Channels that are told now, by the same transaction, of a change of the check's status. */
  toldOfChange: ReadonlySet<string>;
  /** Somebody has put its open incident off. */
  isSnoozed: boolean;
  now: Instant;
};

/** Why a run counts as a failure; a route for other reasons alone does not hear of it. */
const FAILED: readonly Reason[] = ["failed", "too-quick"];

/**
 * Who hears of these news of one check: the first step's targets of the routes that ask for such, each channel once,
 * by the first route that names it. Outside its hours a route holds it until they begin, or says it to those who stand
 * in. Whoever is told now that the run changed the check's status is not told of the run, too; and what was noticed
 * about a run that a channel hears of stands in that message.
 */
export function hearersOf(news: readonly News[], hearing: Hearing): Hearer[] {
  const runs = news.flatMap((one) => (one.kind === "run" ? hearersOfOne(one, hearing) : []));
  const ofRun = new Set(runs.map(({ news: { run }, channelId }) => `${run.id} ${channelId}`));
  const notices = news.flatMap((one) =>
    one.kind === "notice"
      ? hearersOfOne(one, hearing).filter(({ channelId }) => !ofRun.has(`${one.runId} ${channelId}`))
      : [],
  );
  return [...runs, ...notices];
}

function hearersOfOne<Told extends News>(news: Told, hearing: Hearing): Hearer<Told>[] {
  const hearers = new Map<string, Hearer<Told>>();
  for (const route of hearing.routes) {
    if (!asksFor(route, news, hearing)) continue;
    for (const reached of reachedBy(route, hearing)) {
      const { channelId, notBefore } = reached;
      const isSaid = news.kind === "run" && news.isChange && isChangeSaid(route, reached, hearing);
      if (isSaid || hearers.has(channelId)) continue;
      hearers.set(channelId, { news, channelId, routeId: route.id, notBefore, because: reached.because });
    }
  }
  return [...hearers.values()];
}

/** Told now, or with the same hours' begin: what waits for them is told then, as down or as what is over. */
function isChangeSaid(
  route: Route,
  { channelId, notBefore }: Pick<Hearer, "channelId" | "notBefore">,
  { toldOfChange, now }: Hearing,
): boolean {
  return toldOfChange.has(channelId) || (notBefore > now && route.hears.changes && route.recovery);
}

function asksFor(route: Route, news: News, { check, isSnoozed }: Hearing): boolean {
  const { hears } = route;
  if (news.kind === "run" && hears.runs && matches(route, check, null)) return true;
  // Planned work and a snooze are there so that nobody is disturbed; every run is a line for the record.
  if (news.isPlanned || isSnoozed) return false;
  if (news.kind === "notice") return hears.notices && matches(route, check, news.notice);
  return hears.failures && isFailure(news) && FAILED.some((reason) => matches(route, check, reason));
}

function isFailure({ run }: RunNews): boolean {
  return run.outcome === "fail";
}

function reachedBy(route: Route, { directory, now }: Hearing) {
  const opening = openingAt(route.hours, now);
  const outside = opening.open ? null : route.hours?.outside;
  const isInstead = outside?.kind === "instead";
  const targets = isInstead ? outside.targets : (route.steps[0]?.targets ?? []);
  const notBefore = opening.open || isInstead ? now : opening.beginsAt;
  return reach(targets, directory, now).map(({ channelId, via }) => ({
    channelId,
    notBefore,
    because: `route “${route.name}”${via === null ? "" : `: ${via}`}`,
  }));
}
