export { ensureSelfCheck, SINK_KIND, type SelfCheck } from "./self-check.ts";
export { isDueToPing, readSelfWatch, type SelfWatch } from "./self-watch.ts";
