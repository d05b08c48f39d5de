ALTER TABLE "projects" ADD COLUMN "kept_pings" integer DEFAULT 1000 NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "kept_ping_days" integer DEFAULT 90 NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "kept_run_days" integer DEFAULT 400 NOT NULL;