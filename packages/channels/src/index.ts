export {
  channelKinds,
  isKindName,
  openChannel,
  parseSettings,
  sendingLimits,
  sharedRateLimit,
  type KindName,
  mergeSettings,
} from "./registry.ts";
export type {
  ChannelKind,
  Field,
  HttpAnswer,
  HttpRequest,
  OpenChannel,
  Operator,
  Outcome,
  Parsed,
  Problem,
  PushTarget,
  SendingLimits,
  Signed,
  Style,
  Unavailable,
} from "./kind.ts";
export { waitInHeaders } from "./answers.ts";
export { jsonRequest } from "./request.ts";
export { parseRefusal, readMailRefusal, type MailRefusal } from "./email/mail-refusal.ts";
export { formerSecretEnd, withNewSecret, withoutFormerSecret } from "./kinds/webhook/webhook.ts";
export { SLACK_BUTTONS } from "./kinds/slack.ts";
export type { AlertLine, AlertMessage } from "./message/alert.ts";
export { composeAlert } from "./message/compose.ts";
export { plainText } from "./message/parts.ts";
export { reasonSentence, reasonWord } from "./message/reasons.ts";
export { instantIn } from "./message/time.ts";
export { hideSecrets } from "./hide-secrets.ts";
export { clipStart, escapeAngles, oneLine, sanitise } from "./message/text.ts";
