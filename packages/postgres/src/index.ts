export { freePort } from "./free-port.ts";
export { initialise, majorVersion } from "./data-directory.ts";
export { findPostmaster, stopPostmaster } from "./postmaster.ts";
export type { Postmaster } from "./postmaster.ts";
export { POSTGRES_MAJOR, startServer } from "./server.ts";
export type { Server, ServerOptions } from "./server.ts";
