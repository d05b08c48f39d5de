export { freePort, POSTGRES_MAJOR, startServer, type Server, type ServerOptions } from "./server.ts";
export { initialise, majorVersion } from "./data-directory.ts";
export { findPostmaster, stopPostmaster, type Postmaster } from "./postmaster.ts";
