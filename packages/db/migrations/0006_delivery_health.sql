ALTER TABLE "channels" ADD COLUMN "internal" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "is_fallback" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "prove_weekly" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "circuit_failures" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "circuit_step" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "circuit_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "holder" uuid;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "crashes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "latency_ms" integer;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "instead_of" uuid;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "dealt_with_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "channels_fallback" ON "channels" USING btree ("project_id") WHERE is_fallback;--> statement-breakpoint
CREATE INDEX "deliveries_dead" ON "deliveries" USING btree ("project_id","id") WHERE state = 'failed' and dealt_with_at is null;