ALTER TABLE "shadow_pings" DROP CONSTRAINT "shadow_pings_project_id_projects_id_fk";
--> statement-breakpoint
ALTER TABLE "shadow_pings" ADD CONSTRAINT "shadow_pings_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;