export {
  createSlackLink,
  endSlackLink,
  findSlackLink,
  returnFromSlack,
  type SlackCode,
  type SlackLink,
  type SlackReturn,
  takeSlackCode,
} from "./links.ts";
export { type SlackChannelId, slackChannelOfIncident, slackChannelOfProject } from "./places.ts";
export {
  answerSlackPress,
  endSlackAnswer,
  isNewSlackPress,
  type SlackAnswer,
  takeSlackAnswer,
  type WaitingAnswer,
} from "./presses.ts";
