export { makeFirstAccount } from "./first-account.ts";
export { instanceProblems, noteProblem, type InstancePart } from "./instance-problems.ts";
export { readProblems, type Problems } from "./problems.ts";
export { noteHeartbeat, readOperatorView, type OperatorView } from "./read-operator-view.ts";
export { notifyOperators } from "./notify-operators.ts";
export { noteRestart, type Restart } from "./restarts.ts";
