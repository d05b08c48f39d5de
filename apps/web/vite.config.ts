import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** In development the pages come from Vite and everything else from the running product. */
const api = process.env["OVERDUE_URL"] ?? "http://127.0.0.1:8000";

const NOTHING = `${import.meta.dirname}/src/ui/nothing.ts`;

/** Writes `assets.json`, the names of all files of the build, for the service worker that stores them. */
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

/** The pages that are opened most by a link or a bookmark, and the modules that they consist of. */
const FIRST_PAGES = { list: "checks-page", check: "check-page", incident: "incident-page" };

/** Writes the names of the files of these pages into the document, for `public/first-requests.js`. */
function nameFirstFiles(): Plugin {
  return {
    name: "name-first-files",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle = {} }) {
        const chunks = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? file : []));
        const filesOf = (pages: readonly string[]) => {
          const wanted = new Set<string>();
          const visit = (name: string): void => {
            const chunk = chunks.find(({ fileName }) => fileName === name);
            if (chunk === undefined || wanted.has(name) || html.includes(name)) return;
            wanted.add(name);
            chunk.imports.forEach(visit);
            chunk.viteMetadata?.importedCss.forEach((css) => wanted.add(css));
          };
          chunks
            .filter(({ facadeModuleId }) =>
              pages.some((page) => facadeModuleId?.endsWith(`/pages/${page}.tsx`)),
            )
            .forEach(({ fileName }) => visit(fileName));
          return [...wanted].map((name) => name.replace("assets/", "")).join(" ");
        };
        return Object.entries(FIRST_PAGES).reduce(
          (text, [page, module]) =>
            text.replace(
              `name="files-of-${page}" content=""`,
              `name="files-of-${page}" content="${filesOf([module, "project-layout"])}"`,
            ),
          html,
        );
      },
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), listAssets(), nameFirstFiles()],
  resolve: {
    alias: [
      // The library would write its variables and classes into a style tag. That is turned off: `theme.css` has them.
      {
        find: /^\.\/Mantine(CssVariables|Classes)\/Mantine(CssVariables|Classes)\.mjs$/,
        replacement: NOTHING,
      },
    ],
  },
  build: {
    target: "es2023",
    // The page's policy allows data: URLs only for images, and no inline script.
    assetsInlineLimit: 0,
    // `npm run bench:check-list` reads in the manifest which page loads which files.
    manifest: true,
    modulePreload: {
      polyfill: false,
      // Code that is loaded later loads its own parts. Listing them here would repeat their names in every page.
      resolveDependencies: (_, files, { hostId }) =>
        hostId.includes("index") ? files : files.filter((file) => file.endsWith(".css")),
    },
    rolldownOptions: {
      output: {
        // The first file to be loaded contains the names of all others; a bare hash is half as long.
        chunkFileNames: "assets/[hash:7].js",
        assetFileNames: "assets/[hash:7][extname]",
        codeSplitting: {
          // What most pages share is one file: together it compresses better, and needs one request.
          // Otherwise a browser would send about twenty requests for icons of some hundred bytes each.
          groups: [
            { name: "shared", minShareCount: 24 },
            { name: "icons", test: /@tabler/, minShareCount: 4 },
          ],
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
