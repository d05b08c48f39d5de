CREATE TYPE "public"."audit_actor" AS ENUM('user', 'key', 'link', 'slack', 'telegram', 'operator');--> statement-breakpoint
CREATE TYPE "public"."delivery_kind" AS ENUM('down', 'up', 'test', 'reminder', 'run', 'notice', 'report', 'system', 'confirm');--> statement-breakpoint
CREATE TYPE "public"."delivery_state" AS ENUM('pending', 'sending', 'retry', 'sent', 'failed', 'superseded');--> statement-breakpoint
CREATE TYPE "public"."check_status" AS ENUM('new', 'up', 'down', 'paused');--> statement-breakpoint
CREATE TYPE "public"."outage_cause" AS ENUM('restart', 'busy', 'paused', 'database', 'clock-set-back');--> statement-breakpoint
CREATE TYPE "public"."account_mail_kind" AS ENUM('sign-up', 'verify', 'reset', 'invitation', 'password-changed');--> statement-breakpoint
CREATE TYPE "public"."account_token_purpose" AS ENUM('sign-up', 'verify', 'reset', 'invitation');--> statement-breakpoint
CREATE TYPE "public"."invitation_outcome" AS ENUM('accepted', 'declined', 'revoked');--> statement-breakpoint
CREATE TYPE "public"."key_scope" AS ENUM('read', 'write', 'ping');--> statement-breakpoint
CREATE TYPE "public"."member_role" AS ENUM('owner', 'editor', 'viewer');--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "try_counts" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" bigint
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"is_operator" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor_kind" "audit_actor" NOT NULL,
	"actor_id" text NOT NULL,
	"actor_name" text NOT NULL,
	"address" text,
	"action" text NOT NULL,
	"object_id" text NOT NULL,
	"object_name" text NOT NULL,
	"fields" jsonb NOT NULL,
	"changes" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "address_questions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"address_hash" text NOT NULL,
	"asked_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"settings" text NOT NULL,
	"hint" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"broken_at" timestamp (3) with time zone,
	"broken_because" text,
	"broken_by" text,
	"unconfirmed_since" timestamp (3) with time zone,
	"asked_at" timestamp (3) with time zone,
	"last_sent_at" timestamp (3) with time zone,
	"internal" boolean DEFAULT false NOT NULL,
	"is_fallback" boolean DEFAULT false NOT NULL,
	"prove_weekly" boolean DEFAULT false NOT NULL,
	"circuit_failures" integer DEFAULT 0 NOT NULL,
	"circuit_step" integer DEFAULT 0 NOT NULL,
	"circuit_until" timestamp (3) with time zone,
	"collect_minutes" integer DEFAULT 0 NOT NULL,
	"groups" boolean,
	"managed_by" text,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "channels_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "check_channels" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	CONSTRAINT "check_channels_check_id_channel_id_pk" PRIMARY KEY("check_id","channel_id")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"kind" "delivery_kind" NOT NULL,
	"check_id" uuid,
	"flip_id" uuid,
	"incident_id" uuid,
	"route_id" text DEFAULT '' NOT NULL,
	"because" text DEFAULT '' NOT NULL,
	"round" integer DEFAULT 0 NOT NULL,
	"payload" jsonb,
	"leader_id" uuid,
	"state" "delivery_state" DEFAULT 'pending' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"holder" uuid,
	"poison_attempts" integer DEFAULT 0 NOT NULL,
	"uncertain" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"provider_ref" text,
	"last_error" text,
	"latency_ms" integer,
	"fallback_for" uuid,
	"dealt_with_at" timestamp (3) with time zone,
	CONSTRAINT "deliveries_once" UNIQUE("flip_id","channel_id","kind","round"),
	CONSTRAINT "deliveries_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "delivery_attempts" (
	"project_id" uuid NOT NULL,
	"delivery_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"status_code" integer,
	"answer" text,
	CONSTRAINT "delivery_attempts_delivery_id_attempt_pk" PRIMARY KEY("delivery_id","attempt")
);
--> statement-breakpoint
CREATE TABLE "checks" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"ping_uuid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"badge_uuid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"slug" text DEFAULT '' NOT NULL,
	"tags" text DEFAULT '' NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"severity" text DEFAULT 'warning' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"managed_by" text,
	"schedule" jsonb NOT NULL,
	"grace_seconds" integer NOT NULL,
	"manual_resume" boolean DEFAULT false NOT NULL,
	"early_margin_seconds" integer DEFAULT 0 NOT NULL,
	"jitter_seconds" integer DEFAULT 0 NOT NULL,
	"max_runtime_seconds" integer,
	"min_runtime_seconds" integer,
	"progress_extends" boolean DEFAULT false NOT NULL,
	"overlap" text DEFAULT 'allow' NOT NULL,
	"host_duplicates" text DEFAULT 'allow' NOT NULL,
	"outlier_runs" text DEFAULT 'note' NOT NULL,
	"too_often" jsonb,
	"tolerance" jsonb,
	"recover_after" integer DEFAULT 1 NOT NULL,
	"alert_before_first_ping" boolean DEFAULT false NOT NULL,
	"maintenance" jsonb,
	"methods" text DEFAULT '' NOT NULL,
	"filter_subject" boolean DEFAULT false NOT NULL,
	"filter_body" boolean DEFAULT false NOT NULL,
	"filter_http_body" boolean DEFAULT false NOT NULL,
	"filter_default_fail" boolean DEFAULT false NOT NULL,
	"start_keywords" text DEFAULT '' NOT NULL,
	"success_keywords" text DEFAULT '' NOT NULL,
	"failure_keywords" text DEFAULT '' NOT NULL,
	"inactive_schedule" jsonb,
	"status" "check_status" DEFAULT 'new' NOT NULL,
	"deadline_seq" bigint DEFAULT 0 NOT NULL,
	"ping_count" bigint DEFAULT 0 NOT NULL,
	"last_ping_at" timestamp (3) with time zone,
	"last_start_at" timestamp (3) with time zone,
	"last_duration_ms" bigint,
	"expected_at" timestamp (3) with time zone,
	"deadline_at" timestamp (3) with time zone,
	"memory" json NOT NULL,
	"coalesced" json,
	"wake_at" timestamp (3) with time zone,
	CONSTRAINT "checks_ping_uuid_unique" UNIQUE("ping_uuid"),
	CONSTRAINT "checks_badge_uuid_unique" UNIQUE("badge_uuid"),
	CONSTRAINT "checks_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "deleted_objects" (
	"project_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"id" uuid NOT NULL,
	"row" jsonb NOT NULL,
	"check_ids" uuid[] DEFAULT '{}' NOT NULL,
	"deleted_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "deleted_objects_project_id_id_pk" PRIMARY KEY("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "check_dependencies" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"depends_on_id" uuid NOT NULL,
	CONSTRAINT "check_dependencies_check_id_depends_on_id_pk" PRIMARY KEY("check_id","depends_on_id")
);
--> statement-breakpoint
CREATE TABLE "flips" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"deadline_seq" bigint NOT NULL,
	"from_status" "check_status" NOT NULL,
	"to_status" "check_status" NOT NULL,
	"reason" text,
	"at" timestamp (3) with time zone NOT NULL,
	"detected_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"alerts" boolean NOT NULL,
	CONSTRAINT "flips_once" UNIQUE("check_id","deadline_seq","to_status"),
	CONSTRAINT "flips_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"deadline_seq" bigint NOT NULL,
	"reason" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"acknowledged_at" timestamp (3) with time zone,
	"acknowledged_by" text,
	"snoozed_until" timestamp(3) with time zone,
	"wake_at" timestamp (3) with time zone,
	"host" text,
	"address" text,
	"storm_id" uuid,
	CONSTRAINT "incidents_once" UNIQUE("check_id","deadline_seq"),
	CONSTRAINT "incidents_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"notice" text NOT NULL,
	"evidence" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pings" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"number" bigint NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"note" text,
	"received_at" timestamp (3) with time zone NOT NULL,
	"rid" uuid,
	"exit_status" smallint,
	"scheme" text NOT NULL,
	"method" text NOT NULL,
	"remote_address" text,
	"user_agent" text DEFAULT '' NOT NULL,
	"body" "bytea",
	"body_bytes" integer DEFAULT 0 NOT NULL,
	"body_cut_at" integer,
	"repeats" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "pings_check_id_number_pk" PRIMARY KEY("check_id","number")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"id" uuid PRIMARY KEY NOT NULL,
	"rid" uuid,
	"host" text,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"heard_at" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"duration_ms" bigint,
	"exit_status" smallint,
	"overlong" boolean DEFAULT false NOT NULL,
	"guessed" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "slots" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"decided_at" timestamp (3) with time zone NOT NULL,
	"late_ms" bigint,
	"run_id" uuid,
	"because" text,
	CONSTRAINT "slots_check_id_due_at_pk" PRIMARY KEY("check_id","due_at")
);
--> statement-breakpoint
CREATE TABLE "storms" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"shared" text NOT NULL,
	CONSTRAINT "storms_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "incident_entries" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"by" text NOT NULL,
	"text" text DEFAULT '' NOT NULL,
	"link" text
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"actor" text NOT NULL,
	"route" text NOT NULL,
	"key" text NOT NULL,
	"body_digest" text NOT NULL,
	"claimed_at" timestamp (3) with time zone NOT NULL,
	"answer" text,
	CONSTRAINT "idempotency_keys_actor_route_key_pk" PRIMARY KEY("actor","route","key")
);
--> statement-breakpoint
CREATE TABLE "checkers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"evaluated_at" timestamp (3) with time zone NOT NULL,
	"watermark_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "instance_facts" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" uuid NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	"position" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mail_receipts" (
	"digest" "bytea" PRIMARY KEY NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outages" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"applied_at" timestamp (3) with time zone,
	"cause" "outage_cause",
	"set_back_ms" bigint,
	CONSTRAINT "outages_started_at_unique" UNIQUE("started_at")
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"name" text PRIMARY KEY NOT NULL,
	"free_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "receivers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"checkpoint_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "account_mails" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"kind" "account_mail_kind" NOT NULL,
	"email" text NOT NULL,
	"name" text,
	"invitation_id" uuid,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account_tokens" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"purpose" "account_token_purpose" NOT NULL,
	"email" text NOT NULL,
	"user_id" text,
	"invitation_id" uuid,
	"name" text,
	"hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	CONSTRAINT "account_tokens_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"email" text NOT NULL,
	"role" "member_role" NOT NULL,
	"invited_by" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"outcome" "invitation_outcome"
);
--> statement-breakpoint
CREATE TABLE "maintenance_checks" (
	"project_id" uuid NOT NULL,
	"window_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	CONSTRAINT "maintenance_checks_window_id_check_id_pk" PRIMARY KEY("window_id","check_id")
);
--> statement-breakpoint
CREATE TABLE "maintenance_windows" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"rule" jsonb NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"for_all" boolean DEFAULT true NOT NULL,
	"stopped_at" timestamp (3) with time zone,
	"created_by" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "maintenance_windows_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"scope" "key_scope" NOT NULL,
	"created_by" text,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"last_used_from" text,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash"),
	CONSTRAINT "api_keys_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"project_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"role" "member_role" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "members_project_id_user_id_pk" PRIMARY KEY("project_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"ping_key" text,
	"badge_key" text NOT NULL,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"windows_version" integer DEFAULT 0 NOT NULL,
	"windows_applied" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "projects_ping_key_unique" UNIQUE("ping_key"),
	CONSTRAINT "projects_badge_key_unique" UNIQUE("badge_key")
);
--> statement-breakpoint
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
CREATE TABLE "people" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"channel_ids" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "people_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"user_id" text,
	"channel_id" uuid,
	"every" text NOT NULL,
	"timezone" text,
	"due_at" timestamp (3) with time zone,
	"last_period" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reports_member" UNIQUE("project_id","user_id"),
	CONSTRAINT "reports_channel_once" UNIQUE("project_id","channel_id"),
	CONSTRAINT "reports_project_id" UNIQUE("project_id","id"),
	CONSTRAINT "reports_to_one" CHECK (num_nonnulls(user_id, channel_id) = 1)
);
--> statement-breakpoint
CREATE TABLE "rotations" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"timezone" text NOT NULL,
	"every" text NOT NULL,
	"starts_on" date NOT NULL,
	"hand_over_at" text NOT NULL,
	"person_ids" jsonb NOT NULL,
	"overrides" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rotations_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "routes" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"match" jsonb NOT NULL,
	"notify_on" jsonb NOT NULL,
	"listens" boolean NOT NULL,
	"steps" jsonb NOT NULL,
	"repeat_minutes" integer,
	"hours" jsonb,
	"recovery" boolean NOT NULL,
	"position" integer NOT NULL,
	"managed_by" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "routes_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "slack_links" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"state_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"code" text,
	"taken_until" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"problem" text,
	"channel_id" uuid,
	CONSTRAINT "slack_links_state" UNIQUE("state_hash")
);
--> statement-breakpoint
CREATE TABLE "slack_presses" (
	"id" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"answer" text,
	"taken_until" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "telegram_links" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"code_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"channel_id" uuid,
	CONSTRAINT "telegram_links_code" UNIQUE("code_hash")
);
--> statement-breakpoint
CREATE TABLE "telegram_starts" (
	"chat" text PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "telegram_updates" (
	"update_id" bigint PRIMARY KEY NOT NULL,
	"body" text NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"handled_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "address_questions" ADD CONSTRAINT "address_questions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_channels" ADD CONSTRAINT "check_channels_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_channels" ADD CONSTRAINT "check_channels_channel_fk" FOREIGN KEY ("project_id","channel_id") REFERENCES "public"."channels"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_channel_fk" FOREIGN KEY ("project_id","channel_id") REFERENCES "public"."channels"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_check_fk" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_flip_fk" FOREIGN KEY ("project_id","flip_id") REFERENCES "public"."flips"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_incident_fk" FOREIGN KEY ("project_id","incident_id") REFERENCES "public"."incidents"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery_attempts" ADD CONSTRAINT "delivery_attempts_delivery" FOREIGN KEY ("project_id","delivery_id") REFERENCES "public"."deliveries"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checks" ADD CONSTRAINT "checks_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deleted_objects" ADD CONSTRAINT "deleted_objects_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_dependencies" ADD CONSTRAINT "check_dependencies_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_dependencies" ADD CONSTRAINT "check_dependencies_on_fk" FOREIGN KEY ("project_id","depends_on_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flips" ADD CONSTRAINT "flips_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_storm" FOREIGN KEY ("project_id","storm_id") REFERENCES "public"."storms"("project_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pings" ADD CONSTRAINT "pings_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_check_fk" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slots" ADD CONSTRAINT "slots_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "storms" ADD CONSTRAINT "storms_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident_entries" ADD CONSTRAINT "incident_entries_incident_fk" FOREIGN KEY ("project_id","incident_id") REFERENCES "public"."incidents"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_mails" ADD CONSTRAINT "account_mails_invitation_id_invitations_id_fk" FOREIGN KEY ("invitation_id") REFERENCES "public"."invitations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_tokens" ADD CONSTRAINT "account_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_tokens" ADD CONSTRAINT "account_tokens_invitation_id_invitations_id_fk" FOREIGN KEY ("invitation_id") REFERENCES "public"."invitations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_invited_by_users_id_fk" FOREIGN KEY ("invited_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "maintenance_checks" ADD CONSTRAINT "maintenance_checks_window" FOREIGN KEY ("project_id","window_id") REFERENCES "public"."maintenance_windows"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "maintenance_checks" ADD CONSTRAINT "maintenance_checks_check_fk" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "maintenance_windows" ADD CONSTRAINT "maintenance_windows_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refused_pings" ADD CONSTRAINT "refused_pings_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refused_pings" ADD CONSTRAINT "refused_pings_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_member_fk" FOREIGN KEY ("project_id","user_id") REFERENCES "public"."members"("project_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_channel" FOREIGN KEY ("project_id","channel_id") REFERENCES "public"."channels"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rotations" ADD CONSTRAINT "rotations_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "routes" ADD CONSTRAINT "routes_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slack_links" ADD CONSTRAINT "slack_links_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slack_links" ADD CONSTRAINT "slack_links_channel" FOREIGN KEY ("project_id","channel_id") REFERENCES "public"."channels"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "telegram_links" ADD CONSTRAINT "telegram_links_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "telegram_links" ADD CONSTRAINT "telegram_links_channel" FOREIGN KEY ("project_id","channel_id") REFERENCES "public"."channels"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "accounts_user" ON "accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verifications_identifier" ON "verifications" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "audit_entries_project" ON "audit_entries" USING btree ("project_id","at","id");--> statement-breakpoint
CREATE INDEX "address_questions_address" ON "address_questions" USING btree ("address_hash","asked_at");--> statement-breakpoint
CREATE INDEX "address_questions_project" ON "address_questions" USING btree ("project_id","asked_at");--> statement-breakpoint
CREATE UNIQUE INDEX "channels_fallback" ON "channels" USING btree ("project_id") WHERE is_fallback;--> statement-breakpoint
CREATE INDEX "check_channels_channel" ON "check_channels" USING btree ("channel_id");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("next_attempt_at") WHERE state in ('pending', 'retry', 'sending');--> statement-breakpoint
CREATE INDEX "deliveries_channel" ON "deliveries" USING btree ("channel_id","created_at");--> statement-breakpoint
CREATE INDEX "deliveries_check" ON "deliveries" USING btree ("check_id","created_at");--> statement-breakpoint
CREATE INDEX "deliveries_dead" ON "deliveries" USING btree ("project_id","id") WHERE state = 'failed' and dealt_with_at is null;--> statement-breakpoint
CREATE INDEX "deliveries_incident" ON "deliveries" USING btree ("incident_id","channel_id");--> statement-breakpoint
CREATE INDEX "deliveries_sequence" ON "deliveries" USING btree ("check_id","channel_id") WHERE state in ('pending', 'retry', 'sending');--> statement-breakpoint
CREATE INDEX "deliveries_leader" ON "deliveries" USING btree ("leader_id") WHERE leader_id is not null;--> statement-breakpoint
CREATE INDEX "checks_project_slug" ON "checks" USING btree ("project_id","slug");--> statement-breakpoint
CREATE INDEX "checks_wake" ON "checks" USING btree ("wake_at") WHERE wake_at is not null;--> statement-breakpoint
CREATE INDEX "deleted_objects_at" ON "deleted_objects" USING btree ("deleted_at");--> statement-breakpoint
CREATE INDEX "check_dependencies_on" ON "check_dependencies" USING btree ("depends_on_id");--> statement-breakpoint
CREATE INDEX "flips_check_at" ON "flips" USING btree ("check_id","at");--> statement-breakpoint
CREATE INDEX "incidents_check_at" ON "incidents" USING btree ("check_id","opened_at");--> statement-breakpoint
CREATE INDEX "incidents_open" ON "incidents" USING btree ("project_id","opened_at") WHERE resolved_at is null;--> statement-breakpoint
CREATE INDEX "incidents_wake" ON "incidents" USING btree ("wake_at") WHERE wake_at is not null;--> statement-breakpoint
CREATE INDEX "incidents_of_storm" ON "incidents" USING btree ("storm_id") WHERE storm_id is not null;--> statement-breakpoint
CREATE INDEX "notices_check_at" ON "notices" USING btree ("check_id","at");--> statement-breakpoint
CREATE INDEX "runs_check" ON "runs" USING btree ("check_id","heard_at");--> statement-breakpoint
CREATE INDEX "runs_success" ON "runs" USING btree ("check_id","heard_at") WHERE "runs"."outcome" = 'success';--> statement-breakpoint
CREATE INDEX "storms_opened" ON "storms" USING btree ("project_id","opened_at");--> statement-breakpoint
CREATE INDEX "incident_entries_incident" ON "incident_entries" USING btree ("incident_id","at");--> statement-breakpoint
CREATE INDEX "idempotency_keys_claimed" ON "idempotency_keys" USING btree ("claimed_at");--> statement-breakpoint
CREATE INDEX "mail_receipts_received" ON "mail_receipts" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "account_mails_due" ON "account_mails" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "account_tokens_email" ON "account_tokens" USING btree ("email");--> statement-breakpoint
CREATE INDEX "account_tokens_expires" ON "account_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "account_tokens_invitation" ON "account_tokens" USING btree ("invitation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_open" ON "invitations" USING btree ("project_id","email") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "invitations_email" ON "invitations" USING btree ("email");--> statement-breakpoint
CREATE INDEX "maintenance_checks_check" ON "maintenance_checks" USING btree ("check_id");--> statement-breakpoint
CREATE INDEX "maintenance_windows_project" ON "maintenance_windows" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "api_keys_prefix" ON "api_keys" USING btree ("prefix");--> statement-breakpoint
CREATE INDEX "members_user" ON "members" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "refused_pings_last" ON "refused_pings" USING btree ("project_id","last_at");--> statement-breakpoint
CREATE INDEX "reports_due" ON "reports" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "routes_listening" ON "routes" USING btree ("project_id") WHERE listens;--> statement-breakpoint
CREATE INDEX "slack_links_project" ON "slack_links" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "slack_links_waiting" ON "slack_links" USING btree ("created_at") WHERE code is not null and ended_at is null;--> statement-breakpoint
CREATE INDEX "slack_presses_waiting" ON "slack_presses" USING btree ("created_at") WHERE answer is not null and ended_at is null;--> statement-breakpoint
CREATE INDEX "telegram_links_project" ON "telegram_links" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "telegram_updates_waiting" ON "telegram_updates" USING btree ("update_id") WHERE handled_at is null;--> statement-breakpoint
ALTER TABLE "checks" SET (fillfactor = 50);--> statement-breakpoint
-- Audit entries are written once. They go with their project (from inside its cascade) or after 400 days, never else.
CREATE FUNCTION keep_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' AND (pg_trigger_depth() > 1 OR OLD.at < now() - interval '400 days') THEN
		RETURN OLD;
	END IF;
	RAISE EXCEPTION 'audit entries are append-only';
END $$;--> statement-breakpoint
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON "audit_entries"
	FOR EACH ROW EXECUTE FUNCTION keep_audit_entries();--> statement-breakpoint
-- Emptying the table would pass by the trigger that looks at each row.
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON "audit_entries"
	FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_entries();
