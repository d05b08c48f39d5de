CREATE TABLE "refused_pings" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"check_id" uuid,
	"reason" text NOT NULL,
	"asked" text NOT NULL,
	"count" integer DEFAULT 1 NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"method" text NOT NULL,
	"remote_address" text,
	"user_agent" text NOT NULL,
	CONSTRAINT "refused_pings_once" UNIQUE NULLS NOT DISTINCT("project_id","check_id","reason","asked")
);
--> statement-breakpoint
ALTER TABLE "pings" ADD COLUMN "body_cut_at" integer;--> statement-breakpoint
ALTER TABLE "refused_pings" ADD CONSTRAINT "refused_pings_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refused_pings" ADD CONSTRAINT "refused_pings_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "refused_pings_last" ON "refused_pings" USING btree ("project_id","last_at");