import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** In development the pages come from Vite and everything else from the running product. */
const api = process.env["OVERDUE_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: "es2023",
    // The page's policy allows no data: URLs but images, and no inline script.
    assetsInlineLimit: 0,
    // Says which page loads what, for `npm run bench:check-list`.
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What most pages share is one file: packed together it is smaller, and it is asked for once.
          groups: [{ name: "shared", minShareCount: 26 }],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/v1", "/api", "/health", "/ping", "/badge", "/docs", "/openapi.json"].map((path) => [path, api]),
    ),
  },
});
