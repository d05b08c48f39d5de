ALTER TYPE "public"."outage_cause" ADD VALUE 'receiver-gone';--> statement-breakpoint
ALTER TABLE "receivers" ADD COLUMN "seen_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "receivers" ADD COLUMN "has_spool" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "receivers" ADD COLUMN "kept_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "receivers" ADD COLUMN "kept_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "receivers" ADD COLUMN "host" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "receivers" ADD COLUMN "given_up_at" timestamp (3) with time zone;