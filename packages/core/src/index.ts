export { asciiDomain, mailAddress, NO_MAIL_SERVER, withAsciiDomain } from "./mail-address.ts";
export { LiveEvent, PageEvent } from "./live-event.ts";
export { earlierOutputText } from "./incidents/earlier-output.ts";
export { type Snooze, snoozedUntil } from "./incidents/snooze.ts";
export {
  type MaintenanceRule,
  type MaintenanceSpan,
  type MaintenanceWindow,
  maintenanceAt,
  nextSpan,
  spansBetween,
} from "./maintenance/window.ts";
export { MaintenanceRuleInput, ruleOf } from "./maintenance/window-input.ts";
export {
  type Check,
  checkName,
  type CheckState,
  DISPLAY_STATUSES,
  type DisplayStatus,
  type Reason,
  REASONS,
  type Status,
  STATUSES,
  UNNAMED_CHECK,
} from "./checks/check.ts";
export type { Memory, OpenRun } from "./checks/memory.ts";
export { defaultDetails, DetailsInput, detailsOf, splitTags, TagsInput } from "./checks/details.ts";
export { medianOf } from "./learning/statistics.ts";
export {
  type CheckSettings,
  CheckSettingsInput,
  defaultSettings,
  type MetricLimit,
  type Tolerance,
  type ViolationPolicy,
} from "./checks/settings.ts";
export { isAhead } from "./checks/state/clock-set-back.ts";
export { PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS, passwordLengthProblem } from "./password-length.ts";
export * from "./plans/index.ts";
export { isUuid, UUID } from "./uuid.ts";
export { newCheck } from "./checks/new-check.ts";
export { type MoveFacts, moveRefusal } from "./checks/moving/move-refusal.ts";
export { displayStatus, fold, nextExpectedAt } from "./checks/fold.ts";
export { nextAt } from "./checks/deadlines/next-deadline.ts";
export type {
  Effect,
  Event,
  Evidence,
  Flip,
  MetricFinding,
  Ping,
  PingKind,
  Run,
  Slot,
  Transition,
} from "./checks/event.ts";
export { type CoalescedPings, coalescePing } from "./pings/coalesce.ts";
export { textOfHtml } from "./pings/html-text.ts";
export {
  httpKeywords,
  type MailText,
  type PingFilter,
  type RawPing,
  readMail,
  type ReadPing,
  readPing,
} from "./pings/read-ping.ts";
export { readFacts, type RunFacts } from "./pings/read-facts.ts";
export {
  type Baseline,
  baselineOf,
  baselineOfDurations,
  type DurationSample,
  type OutlierDuration,
  findOutlier,
} from "./learning/durations.ts";
export { durationText, minutesInWords, secondsInWords } from "./text/duration-text.ts";
export { causesIn, factTexts } from "./text/facts-text.ts";
export { isRecord, parseJsonOrNull } from "./text/json.ts";
export { percentText } from "./text/percent-text.ts";
export {
  type ExitEvidence,
  type ExitMeaning,
  exitMeaning,
  exitStatusText,
  exitEvidence,
  explainExit,
  policyText,
} from "./text/evidence-text.ts";
export {
  mergeMetrics,
  METRIC_NAME,
  METRIC_NAME_CHARS_MAX,
  type MetricProblem,
  metricsInBody,
  metricsInQuery,
  type MetricValues,
  ownValue,
  type ReportedMetrics,
} from "./metrics/read-metrics.ts";
export { redact, type Redaction, REDACTIONS, shortAddress } from "./privacy/redact.ts";
export { metricFindingText, metricNumber, metricsText, shortMetricNumber } from "./metrics/metric-text.ts";
export { usualMetric } from "./learning/usual-metrics.ts";
export { escapeHidden, escapeXml, visibleText } from "./text/visible-text.ts";
export { examineSchedule } from "./learning/doctor/doctor.ts";
export type { Finding, FindingEvidence } from "./learning/doctor/finding.ts";
export type { SeenRun } from "./learning/doctor/history.ts";
export { type NotificationPlan, planNotifications } from "./routing/plan-notifications.ts";
export { type EventRoutingInput, type Recipient, recipientsFor } from "./routing/recipients.ts";
export { type CheckEvent, checkEventsOf } from "./routing/check-events.ts";
export { onCallAt, type Override, type Rotation } from "./routing/on-call.ts";
export {
  ReasonInput,
  type RouteChange,
  type RouteFields,
  RouteInput,
  RoutePatch,
  SeverityInput,
  TimeOfDayInput,
} from "./routing/route-input.ts";
export {
  type Directory,
  matchesRoute,
  OWN_ROUTE,
  type Person,
  type Route,
  type RoutedCheck,
  type SentNotification,
  SEVERITIES,
  type Severity,
} from "./routing/route.ts";
export type { PlannedNotification, RoutingInput } from "./routing/route.ts";
export {
  type NotificationPreview,
  type PreviewedEvent,
  type PreviewedNotification,
  previewEvents,
  previewNotifications,
} from "./routing/notification-preview.ts";
export {
  type Current,
  planConfig,
  type PlannedChannel,
  type PlannedCheck,
  type Step,
  type Wanted,
} from "./config/plan.ts";
export { stepValues } from "./config/step-values.ts";
export { ConfigPage, type CurrentPage, type PlannedPage } from "./config/plan-pages.ts";
export { countNames } from "./config/compare.ts";
export { ConfigRoute, nameProblemIn, type NamedTarget } from "./config/plan-routes.ts";
export {
  DELIVERY_KINDS,
  DELIVERY_STATES,
  type DeliveryKind,
  type DeliveryState,
  PROVIDER_INCIDENT_ENDS,
  PROVIDER_INCIDENT_KINDS,
  type ProviderIncidentEnd,
  INFORMATIONAL_KINDS,
  isInformational,
  PROGRAM_KINDS,
} from "./delivery/delivery-kinds.ts";
export { groupAlerts, groupInformational, type Grouping } from "./routing/group-alerts.ts";
export {
  lastPeriod,
  NAMED_SPANS,
  type NamedSpan,
  namedSpan,
  nextReportAt,
  type Period,
  periodAfter,
  periodBefore,
  periodNamed,
  type ReportEvery,
  spanOfDays,
} from "./reports/period.ts";
export { lastNight, localInstant } from "./reports/asked-span.ts";
export { type ClockChangeAhead, clockChangesAhead } from "./reports/clock-changes.ts";
export { maintenanceWithin } from "./maintenance/window.ts";
export type { AlertFacts, AlertGroup } from "./alerts/alert-facts.ts";
export {
  ClockChangesPayload,
  EndPayload,
  NoticePayload,
  ReportPayload,
  RunPayload,
  SystemPayload,
} from "./alerts/payloads.ts";
export { type CheckRecord, type Report, reportOf, type RunSums, type SlotSums } from "./reports/report.ts";
export {
  type CheckReliability,
  type Reliability,
  type SlotCounts,
  slotUptime,
  summariseReliability,
} from "./reports/reliability.ts";
export type { Span } from "./reports/spans.ts";

export {
  type AttemptHistory,
  type AttemptOutcome,
  type AttemptResult,
  decideNextStep,
  type NextStep,
  type OtherAnswers,
  weighRefusal,
} from "./delivery/next-step.ts";
export {
  type ChannelFacts,
  type ChannelHealth,
  channelState,
  decideChannelHealth,
  type HealthChange,
  type HealthSign,
} from "./delivery/channel-health.ts";
export {
  ANSWERS_KEPT,
  claimableFor,
  concurrencyFor,
  isQuick,
  SILENCE_STEP_MS,
} from "./delivery/concurrency.ts";
export { chooseFallback, type FallbackChannel, needsFallback } from "./delivery/fallback.ts";
export {
  type Candidate,
  type ClaimDecision,
  type GroupMember,
  isLate,
  isMemberOutdated,
  isMemberReported,
  planClaims,
  postponedUntil,
  type StateDelivery,
  supersededDeliveries,
} from "./delivery/plan-claims.ts";
export { planTurns, type RateLimit, type Turn } from "./delivery/rate-limits.ts";
export {
  dayMarks,
  type DayRecord,
  emptyDay,
  dayText,
  decodeMarks,
  encodeMarks,
  type Mark,
  type MarkKind,
  type SlotRecord,
  slotText,
  stripMarks,
  stripText,
  worstKind,
} from "./strip/mark.ts";
export {
  type Activity,
  buildActivity,
  type RunKind,
  type StoredRun,
  type StoredSlot,
  upcomingSlots,
} from "./activity/activity.ts";
export {
  type Box,
  isStroked,
  markHeight,
  shapePath,
  STRIP_COLOURS,
  stripShapes,
  stripSvg,
} from "./strip/shapes.ts";
export { twoPartBadge } from "./text/two-part-badge.ts";
export {
  type EntryRecord,
  type PostRecord,
  type PublicEntry,
  type PublicGroup,
  type PublicIncident,
  type PublicMaintenance,
  type PublicPage,
  publicPage,
  type StatusPageRecord,
  STRIP_DAYS,
  type UpdateState,
} from "./status-pages/public-page.ts";
export { combinedState, entryState, type PublicState } from "./status-pages/state.ts";
export {
  StatusPageInput,
  StatusPagePatch,
  StatusPostInput,
  StatusUpdateInput,
} from "./status-pages/page-input.ts";
export { slugify } from "./text/slugify.ts";
export {
  AWAITED_MS,
  type Awaited,
  awaitedReceivers,
  mayKeep,
  othersCommitted,
  RECEIVER_DOWN_AFTER_MS,
  type ReceiverSigns,
} from "./receivers/awaited.ts";
