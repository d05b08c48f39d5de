export { makeFirstAccount } from "./first-account.ts";
export { instanceTroubles, noteTrouble, type TroubledPart } from "./troubles.ts";
