ALTER TABLE "channels" ADD COLUMN "managed_by" text;--> statement-breakpoint
ALTER TABLE "checks" ADD COLUMN "managed_by" text;