export { makeFirstAccount } from "./first-account.ts";
export { instanceTroubles, noteTrouble, type TroubledPart } from "./troubles.ts";
export { readProblems, type Problems } from "./problems.ts";
export { noteHeartbeat, readOperatorView, type OperatorView } from "./read-operator-view.ts";
export { tellOperators } from "./tell-operators.ts";
export { noteRestart, type Restart } from "./restarts.ts";
