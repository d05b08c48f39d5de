export { exportConfig } from "./export-config.ts";
export {
  applyConfig,
  type ConfigDecision,
  UnagreedChats,
  type WantedChannel,
  type WantedCheck,
} from "./apply-config.ts";
export { readState } from "./read-state.ts";
