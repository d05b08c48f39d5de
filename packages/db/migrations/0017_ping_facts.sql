CREATE TABLE "ping_facts" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"ping_id" uuid PRIMARY KEY NOT NULL,
	"rid" uuid,
	"facts" jsonb NOT NULL,
	"late_ms" bigint,
	"received_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "ping_facts" ADD CONSTRAINT "ping_facts_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ping_facts_run" ON "ping_facts" USING btree ("check_id","rid","received_at");--> statement-breakpoint
CREATE INDEX "ping_facts_received" ON "ping_facts" USING btree ("received_at");