export * from "./accounts/account-mails.ts";
export * from "./accounts/accounts.ts";
export * from "./accounts/account-deletion.ts";
export * from "./accounts/email-change.ts";
export * from "./accounts/export-account.ts";
export * from "./accounts/unverified-accounts.ts";
export * from "./accounts/linked-accounts.ts";
export * from "./accounts/passkeys.ts";
export * from "./accounts/password-hash.ts";
export * from "./accounts/password-rule.ts";
export * from "./accounts/sign-in.ts";
export * from "./channels/index.ts";
export * from "./secrets/index.ts";
export { findPrivacy, type Privacy, PrivacyRules, setPrivacy } from "./privacy/privacy.ts";
export * from "./check-moves/index.ts";
export * from "./checks/index.ts";
export * from "./healthchecks/healthchecks.ts";
export * from "./incidents/index.ts";
export {
  bounceAddress,
  type BounceToken,
  readBounceAddress,
  type Bounce,
  recordBounce,
} from "./deliveries/record-bounce.ts";
export { claimDeliveries, type Claim, type ClaimedAlert, type Lease } from "./deliveries/claim.ts";
export {
  dueDeliveries,
  type DueDelivery,
  stillDue,
  freeLeases,
  keepLeases,
  type UnderWay,
} from "./deliveries/due.ts";
export { dismissDelivery, listDeadLetters, redeliver, reportDeadLetters } from "./deliveries/dead-letters.ts";
export { type Attempted, type AttemptRecord, recordAttempts } from "./deliveries/record-attempts.ts";
export { loadAlerts, type AlertRecord } from "./deliveries/load-alert.ts";
export { moveChannel } from "./channels/write-channel.ts";
export { joinStorm } from "./deliveries/storms.ts";
export { passOnDelivery, type PassedOn } from "./deliveries/pass-on.ts";
export { queueChannelTests } from "./deliveries/queue-tests.ts";
export { isMailRefused } from "./deliveries/refusals.ts";
export { fallBackForLongWaiting } from "./deliveries/fallback.ts";
export { notifyOwners, type OwnerContact } from "./deliveries/notify-owners.ts";
export * from "./plans/index.ts";
export * from "./reports/choices.ts";
export * from "./reports/reports.ts";
export {
  deleteView,
  findView,
  listViews,
  type SavedView,
  saveView,
  VIEWS_MAX,
} from "./projects/saved-views.ts";
export { readReliability, type StoredReliability } from "./reports/find-report.ts";
export { readReport, type ReportQuery, ReportTooLarge } from "./reports/find-report.ts";
export * from "./alert-routes/index.ts";
export * from "./shadow/index.ts";
export * from "./status-pages/index.ts";
export * from "./telegram/telegram.ts";
export * from "./slack/slack.ts";
export * as schema from "./schema/index.ts";
export {
  openDb,
  openPool,
  openReplica,
  type ReadFrom,
  type Db,
  type Pool,
  type PoolClient,
  type Tx,
  StaleVersion,
  ProjectLimitReached,
} from "./database.ts";
export { Session } from "./connection/session.ts";
export { asOneTransaction } from "./connection/pool.ts";
export { createProjectRole } from "./row-security/install.ts";
export { acrossProjects, RowSecurity } from "./row-security/project-pool.ts";
export { migrate, migrateServer, schemaVersion, UnsupportedSchema } from "./migrate.ts";
export {
  foldDatabaseProblems,
  ProblemLog,
  classifyDatabaseError,
  type DatabaseProblem,
  loggableError,
  loggableMessage,
} from "./database-problem.ts";
export type { AuditChanges } from "./schema/projects.ts";
export * from "./audit-streams/audit-streams.ts";
export {
  type AuditActor,
  auditEntryView,
  insertAuditEntries,
  insertAuditEntry,
  type NewAuditEntry,
  type AuditRow,
  listAuditEntries,
  pruneAuditEntries,
} from "./audit.ts";
export { exportConfig } from "./config/export-config.ts";
export {
  applyConfig,
  type ConfigDecision,
  UnagreedChats,
  type WantedChannel,
  type WantedCheck,
} from "./config/apply-config.ts";
export type { WantedPage } from "./config/save-page.ts";
export { readState } from "./config/read-state.ts";
export { findPingBody, pingBodyText, listPings, type PingRow } from "./history/pings.ts";
export { type ExportKind, type ExportRow, exportRows, EXPORTS } from "./history/list-events.ts";
export { askForLease } from "./leases/leases.ts";
export {
  findIncidentFacts,
  findPingFacts,
  findRunFacts,
  type IncidentFacts,
  type PingFacts,
} from "./history/ping-facts.ts";
export {
  type CheckActivity,
  findRunOutputs,
  listDurations,
  listMetrics,
  loadActivity,
  outagesWithin,
  type RunDuration,
  type SummedSlots,
} from "./history/activity.ts";
export {
  countSlots,
  countSlotsByDay,
  listFlips,
  listIncidents,
  listNotices,
  listOutages,
  listRuns,
  listSlots,
  listRunsSinceEdit,
  type EventPage,
  type EventPosition,
} from "./history/list-events.ts";
export {
  claimJobRun,
  type Prune,
  pruneAccounts,
  pruneDeleted,
  pruneDeliveries,
  pruneFlips,
  pruneIncidents,
  pruneMailReceipts,
  pruneNotices,
  prunePingFacts,
  pruneOldPings,
  prunePingsBeyondCount,
  pruneInformationalDeliveries,
  pruneRefusedPings,
  pruneRuns,
  pruneSlots,
  pruneStorms,
} from "./maintenance-jobs/prune.ts";
export {
  answerKey,
  claimKey,
  type IdempotencyClaim,
  type IdempotencyRef,
  releaseKey,
  pruneIdempotencyKeys,
} from "./idempotency-keys.ts";
export {
  makeFirstAccount,
  dropSetupToken,
  hasAnyAccount,
  isSetupToken,
  newSetupToken,
  bootstrap,
  type FirstAccount,
} from "./instance/first-start.ts";
export {
  instanceProblems,
  noteProblem,
  noteUnreadable,
  type InstancePart,
  readProblems,
  type Problems,
  noteRestart,
  type Restart,
  notifyOperators,
} from "./instance/problems.ts";
export { type Restored, settleRestored } from "./instance/settle-restored.ts";
export { lastActivity, noticeRestore } from "./instance/notice-restore.ts";
export { noteHeartbeat, readOperatorView, type OperatorView } from "./instance/read-operator-view.ts";
export {
  acceptInvitation,
  endInvitation,
  findInvitation,
  findInvitationByToken,
  type InvitationRow,
  type InvitedTo,
  invite,
  listInvitations,
  listInvitationsBy,
  listInvitationsFor,
} from "./invitations/invitations.ts";
export {
  forgetReleased,
  listQuarantined,
  type Quarantined,
  type QuarantinedKind,
  releaseInProject,
  releaseQuarantined,
} from "./quarantine/quarantine.ts";
export { endLease, type Tenure, moveLease, takeLease } from "./locks.ts";
export { applyPendingWindows, applyWindows } from "./maintenance/apply-windows.ts";
export {
  createWindow,
  deleteWindow,
  editWindow,
  findCheckIds,
  findWindow,
  listWindows,
  restoreWindow,
  TooManyWindows,
  UnknownMaintainedCheck,
  type WindowParts,
  type WindowRef,
  type WindowRow,
} from "./maintenance/windows.ts";
export * from "./organizations/index.ts";
export { isAtLeast, MEMBER_ROLES, type MemberRole } from "./projects/roles.ts";
export {
  addMember,
  changeRole,
  InByOrganization,
  LastOwner,
  type Removal,
  removeMember,
  findRole,
  findMember,
  listMembers,
  type MemberRef,
  type MemberRow,
} from "./projects/members.ts";
export {
  countOwnedProjects,
  createProject,
  editProject,
  type ProjectEdit,
  findProject,
  findRetention,
  type ProjectRow,
  listAllProjects,
  listProjects,
  renewPingKey,
  deleteProject,
  restoreProject,
  type Retention,
  setRetention,
} from "./projects/projects.ts";
export {
  listRefusedPings,
  type RefusedPingRow,
  type Refusal,
  REFUSAL_REASONS,
  type RefusalReason,
  storeRefusals,
} from "./refusals/refused-pings.ts";
export { listen, type Channel } from "./connection/listen.ts";
export { readVitalSigns, type VitalSigns, notReadyBecause, senderProblem } from "./receivers/vital-signs.ts";
export { proveRoom } from "./receivers/prove-room.ts";
export { commitCheckpoint, endReceiver, type Checkpoint, requestCheckpoint } from "./receivers/checkpoint.ts";
export {
  announceReceivers,
  type KeptOnDisk,
  readReception,
  readWatermark,
  type SpoolOwner,
} from "./receivers/awaited.ts";
export { type Outage, type OutageCause, recentOutages } from "./receivers/outages.ts";
export { endChecker, forgetOldProcesses, countCheckers, recordEvaluation } from "./receivers/checkers.ts";
export {
  type BackupEnd,
  claimBackup,
  ensureBackupCheck,
  forgetBackupCheck,
  noteBackupEnd,
} from "./self-test/backup-check.ts";
export { pingOwnCheck } from "./self-test/ping-own-check.ts";
export {
  ensureSelfTest,
  SELF_TEST_KIND,
  type SelfTestCheck,
  isDueToPing,
  readSelfTest,
  type SelfTestState,
} from "./self-test/self-test.ts";
export { notifyChanges, notifySenders } from "./changes.ts";
export * from "./transitions/index.ts";
