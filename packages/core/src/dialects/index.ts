import { canonical } from "./canonical.ts";
export { PingInput } from "./canonical.ts";
import { cronitor } from "./cronitor.ts";
import type { Dialect, DialectRequest } from "./dialect.ts";
import { alertmanager, pushgateway } from "./metrics.ts";
import { sentry } from "./sentry.ts";
export { ohDearFailure } from "./tokens.ts";
import { betterStack, checkly, cronhub, honeybadger, ohDear, snitch, uptimeKuma } from "./tokens.ts";
import { appSignal, gatus, opsgenie } from "./with-keys.ts";

/** In this order, since `?state=` and a word at the end of a ping URL are Cronitor's before all else. */
const DIALECTS: readonly Dialect[] = [
  canonical,
  sentry,
  cronitor,
  ohDear,
  uptimeKuma,
  snitch,
  betterStack,
  honeybadger,
  gatus,
  opsgenie,
  checkly,
  cronhub,
  appSignal,
  alertmanager,
  pushgateway,
];

/** The dialect in which a request is; null for one that belongs to none. */
export function dialectOf(request: Pick<DialectRequest, "path" | "query">): Dialect | null {
  return DIALECTS.find(({ matches }) => matches(request)) ?? null;
}

export { declarationOf } from "./sentry-monitor.ts";
export {
  ALIAS_PRODUCTS,
  type Alias,
  aliasLabel,
  type AliasProduct,
  placeAlias,
  productOfDialect,
} from "./alias.ts";
export { mayBeKey } from "./dialect.ts";
export type { Dialect, DialectAnswer, DialectOutcome, DialectPing, DialectReading } from "./dialect.ts";
