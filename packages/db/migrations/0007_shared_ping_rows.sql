ALTER TABLE "checks" ADD COLUMN "pace" json;--> statement-breakpoint
ALTER TABLE "pings" ADD COLUMN "repeats" integer DEFAULT 0 NOT NULL;