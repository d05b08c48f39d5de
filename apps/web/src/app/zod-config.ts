export {};

declare global {
  // The settings that every copy of zod/v4/core shares; its `config` writes them, but brings the library with it.
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}

// Zod would otherwise test whether it can compile functions, and the page's policy would report the attempt. Pages that
// validate nothing do not load it, so the setting is there before it.
globalThis.__zod_globalConfig = { ...globalThis.__zod_globalConfig, jitless: true };
