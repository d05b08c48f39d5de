export {
  type AccountTokenPurpose,
  type AccountTokenRow,
  consumeAccountToken,
  findAccountToken,
  newAccountToken,
} from "./account-tokens.ts";
export {
  type AccountMailRow,
  claimAccountMail,
  finishAccountMail,
  postponeAccountMail,
  queueAccountMail,
} from "./account-mails.ts";
export { findEndedHolders, type StreamHolder } from "./ended-holders.ts";
export { logAccountEvent, logFailedAttempt } from "./log-account-event.ts";
export { passwordProblem, PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS } from "./password-rule.ts";
export { endSessions, setPassword } from "./set-password.ts";
export { verifyAddress } from "./verify-address.ts";
