ALTER TYPE "public"."outage_cause" ADD VALUE 'clock-set-back';--> statement-breakpoint
ALTER TABLE "outages" ADD COLUMN "set_back_ms" bigint;