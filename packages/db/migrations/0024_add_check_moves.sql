CREATE TABLE "check_moves" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"moved_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"slugs" text[] NOT NULL,
	"left_behind" jsonb NOT NULL,
	"history_pending" boolean DEFAULT true NOT NULL,
	CONSTRAINT "check_moves_project_id_check_id_pk" PRIMARY KEY("project_id","check_id")
);
--> statement-breakpoint
ALTER TABLE "check_moves" ADD CONSTRAINT "check_moves_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_moves" ADD CONSTRAINT "check_moves_check_id_checks_id_fk" FOREIGN KEY ("check_id") REFERENCES "public"."checks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "check_moves_check" ON "check_moves" USING btree ("check_id");--> statement-breakpoint
CREATE INDEX "check_moves_pending" ON "check_moves" USING btree ("moved_at") WHERE history_pending;