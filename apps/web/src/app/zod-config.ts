import { config } from "zod/v4/core";

// Zod would otherwise test whether it can compile functions, and the page's policy would report the attempt.
config({ jitless: true });
