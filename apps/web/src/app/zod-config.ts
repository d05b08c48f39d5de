export {};

declare global {
  // The settings that every copy of zod/v4/core shares. Zod's own `config` sets them too, but would load the library.
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}

// Zod would otherwise test whether it can compile functions, and the page's policy would report the attempt. It is set
// here, before Zod, because pages that validate nothing do not load Zod at all.
globalThis.__zod_globalConfig = { ...globalThis.__zod_globalConfig, jitless: true };
