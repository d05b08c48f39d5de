export {
  countWaitingForwards,
  endShadow,
  findShadow,
  listShadowed,
  resumeShadow,
  type ShadowRow,
  type ShadowSecrets,
  type ShadowSettings,
  startShadow,
} from "./shadows.ts";
export {
  claimForwards,
  type ClaimedForward,
  type ForwardResult,
  queueForwards,
  settleForwards,
  type WaitingForward,
} from "./forwards.ts";
export {
  claimPoll,
  listShadowedChecks,
  loadShadowEvidence,
  loadShadowHistories,
  pruneShadows,
  recordVerdicts,
  settlePoll,
  SHADOW_POLL_SECONDS,
  type ShadowEvidence,
  type ShadowedCheck,
} from "./verdicts.ts";
