ALTER TABLE "projects" ADD COLUMN "checks_from_pings" text DEFAULT 'asked' NOT NULL;--> statement-breakpoint
ALTER TABLE "checks" ADD COLUMN "declared" text;