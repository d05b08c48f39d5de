ALTER TYPE "public"."delivery_kind" ADD VALUE 'confirm';--> statement-breakpoint
CREATE TABLE "address_questions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"address_hash" text NOT NULL,
	"asked_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "broken_by" text;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "unconfirmed_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "asked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "address_questions" ADD CONSTRAINT "address_questions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "address_questions_address" ON "address_questions" USING btree ("address_hash","asked_at");--> statement-breakpoint
CREATE INDEX "address_questions_project" ON "address_questions" USING btree ("project_id","asked_at");--> statement-breakpoint
UPDATE "channels" SET "broken_by" = 'recipient' WHERE "broken_because" LIKE 'The recipient unsubscribed%';
