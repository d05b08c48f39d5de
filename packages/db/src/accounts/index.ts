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
export { findEndedHolders, type StreamHolder, logAccountEvent, logFailedAttempt } from "./account-events.ts";
export { passwordProblem, PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS } from "./password-rule.ts";
export { endSessions, setPassword, verifyAddress } from "../users/users.ts";
