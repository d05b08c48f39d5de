export { findUser, type UserRow } from "./find-user.ts";
