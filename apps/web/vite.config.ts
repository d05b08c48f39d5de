import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** In development the pages come from Vite and everything else from the running product. */
const api = process.env["OVERDUE_URL"] ?? "http://127.0.0.1:8000";

const NOTHING = `${import.meta.dirname}/src/ui/nothing.ts`;

/** Names every file of the build, for the service worker that keeps them. */
function listAssets(): Plugin {
  return {
    name: "list-assets",
    generateBundle(_, bundle) {
      const paths = Object.keys(bundle).filter((name) => /^assets\/.*\.(js|css|woff2)$/.test(name));
      const source = JSON.stringify(paths.map((name) => `/${name}`).toSorted());
      this.emitFile({ type: "asset", fileName: "assets.json", source });
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), listAssets()],
  resolve: {
    alias: [
      // The library writes its variables and classes into a style tag, which is turned off: the build has a file of them.
      {
        find: /^\.\/Mantine(CssVariables|Classes)\/Mantine(CssVariables|Classes)\.mjs$/,
        replacement: NOTHING,
      },
    ],
  },
  build: {
    target: "es2023",
    // The page's policy allows no data: URLs but images, and no inline script.
    assetsInlineLimit: 0,
    // Says which page loads what, for `npm run bench:check-list`.
    manifest: true,
    modulePreload: {
      polyfill: false,
      // What a page loads later asks for its own parts: their names would be in every page that may load them.
      resolveDependencies: (_, files, { hostId }) =>
        hostId.includes("index") ? files : files.filter((file) => file.endsWith(".css")),
    },
    rolldownOptions: {
      output: {
        // The names of all files are in the first that is loaded; without words they are half as long.
        chunkFileNames: "assets/[hash:7].js",
        assetFileNames: "assets/[hash:7][extname]",
        codeSplitting: {
          // What most pages share is one file: packed together it is smaller, and it is asked for once.
          groups: [{ name: "shared", minShareCount: 18 }],
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
