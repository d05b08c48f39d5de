export { limitSentence, roomRefusal } from "./decide-room.ts";
export {
  COUNTED_LIMITS,
  type CountedLimit,
  type LimitState,
  limitState,
  type Place,
  PLACES,
  type Plan,
  PLAN_LIMITS,
  type PlanLimit,
  type PlanUsage,
} from "./plan.ts";
export { limitsOf, NO_NOTICE, noteLimit, type PlanNotice } from "./plan-notices.ts";
