export { makeFirstAccount } from "./first-account.ts";
