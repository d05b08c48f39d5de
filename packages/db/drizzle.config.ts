import { defineConfig } from "drizzle-kit";

/** `npm run db:new -- add_something` writes the next migration; never edit one that has landed. */
export default defineConfig({
  dialect: "postgresql",
  schema: "./packages/db/src/schema/index.ts",
  out: "./packages/db/migrations",
});
