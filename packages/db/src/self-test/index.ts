export { ensureSelfTest, SELF_TEST_KIND, type SelfTestCheck } from "./self-test-check.ts";
export { isDueToPing, readSelfTest, type SelfTestState } from "./self-test-state.ts";
