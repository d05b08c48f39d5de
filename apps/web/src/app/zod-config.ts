import { config } from "zod/v4/core";

// Zod would try whether it may make functions from text, and the page's policy reports the try.
config({ jitless: true });
