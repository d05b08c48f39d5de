ALTER TABLE "status_subscribers" ADD COLUMN "refused_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "status_subscribers" ADD COLUMN "refused_because" text;--> statement-breakpoint
ALTER TABLE "status_updates" ADD COLUMN "edited_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "status_updates" ADD COLUMN "deleted_at" timestamp (3) with time zone;