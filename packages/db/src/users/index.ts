export { findUser, type UserRow } from "./find-user.ts";
export { createUser, type NewUser } from "./create-user.ts";
export { findUserByEmail } from "./find-user-by-email.ts";
export { setOperator } from "./operators.ts";
