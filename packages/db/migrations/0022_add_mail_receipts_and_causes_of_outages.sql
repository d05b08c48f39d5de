CREATE TYPE "public"."outage_cause" AS ENUM('restart', 'busy', 'paused', 'database');--> statement-breakpoint
CREATE TABLE "mail_receipts" (
	"digest" "bytea" PRIMARY KEY NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "outages" ADD COLUMN "cause" "outage_cause";--> statement-breakpoint
CREATE INDEX "mail_receipts_received" ON "mail_receipts" USING btree ("received_at");