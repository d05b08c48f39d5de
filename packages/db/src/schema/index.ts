export * from "./accounts.ts";
export * from "./channels.ts";
export * from "./checks.ts";
export * from "./history.ts";
export * from "./instance.ts";
export * from "./projects.ts";
