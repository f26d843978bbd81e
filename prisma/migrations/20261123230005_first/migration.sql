-- CreateEnum
CREATE TYPE "TeamRole" AS ENUM ('viewer', 'developer', 'operator', 'manager');

-- CreateEnum
CREATE TYPE "AuditOutcome" AS ENUM ('allowed', 'denied', 'failed');

-- CreateEnum
CREATE TYPE "Language" AS ENUM ('go', 'java', 'nodejs', 'python', 'static', 'other');

-- CreateEnum
CREATE TYPE "BuildStrategy" AS ENUM ('dockerfile', 'language');

-- CreateEnum
CREATE TYPE "ProvisionState" AS ENUM ('pending', 'running', 'ready', 'failed');

-- CreateEnum
CREATE TYPE "LedgerState" AS ENUM ('planned', 'present', 'absent');

-- CreateEnum
CREATE TYPE "BuildState" AS ENUM ('requested', 'queued', 'running', 'verifying', 'cancelling', 'succeeded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "BuildTrigger" AS ENUM ('manual', 'push', 'create', 'sweep');

-- CreateEnum
CREATE TYPE "EnvironmentPurpose" AS ENUM ('dev', 'test', 'prod');

-- CreateEnum
CREATE TYPE "SystemState" AS ENUM ('up', 'down');

-- CreateEnum
CREATE TYPE "DeliveryVerdict" AS ENUM ('received', 'accepted', 'ignored', 'duplicate', 'rejected', 'failed');

-- CreateEnum
CREATE TYPE "StepState" AS ENUM ('waiting', 'running', 'done', 'failed', 'skipped');

-- CreateEnum
CREATE TYPE "ReleaseState" AS ENUM ('pending', 'applying', 'rolling_out', 'verifying', 'aborting', 'done', 'failed', 'aborted', 'superseded');

-- CreateEnum
CREATE TYPE "ReleaseKind" AS ENUM ('deploy', 'rollback', 'scale', 'restart', 'configure');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "password_hash" TEXT,
    "is_admin" BOOLEAN NOT NULL DEFAULT false,
    "locale" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "user_agent" TEXT,
    "address" TEXT,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "teams" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "teams_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "team_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "TeamRole" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("team_id","user_id")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_id" UUID,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT,
    "subject_name" TEXT,
    "team_id" UUID,
    "outcome" "AuditOutcome" NOT NULL,
    "detail" JSONB,
    "address" TEXT,
    "request_id" TEXT,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "apps" (
    "id" UUID NOT NULL,
    "team_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "display_name" TEXT,
    "language" "Language" NOT NULL,
    "gitlab_project_id" INTEGER NOT NULL,
    "gitlab_project_path" TEXT NOT NULL,
    "repository_url" TEXT NOT NULL,
    "default_ref" TEXT NOT NULL,
    "dockerfile_path" TEXT NOT NULL,
    "build_strategy" "BuildStrategy" NOT NULL,
    "build_on_push" BOOLEAN NOT NULL DEFAULT true,
    "auto_release_environment_id" UUID,
    "image_repository" TEXT NOT NULL,
    "webhook_secret" TEXT NOT NULL,
    "callback_secret" TEXT NOT NULL,
    "provision_state" "ProvisionState" NOT NULL DEFAULT 'pending',
    "provision_error" JSONB,
    "provision_version" INTEGER NOT NULL DEFAULT 0,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "apps_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provision_steps" (
    "app_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "state" "StepState" NOT NULL DEFAULT 'waiting',
    "detail" JSONB,
    "error" JSONB,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "provision_steps_pkey" PRIMARY KEY ("app_id","name")
);

-- CreateTable
CREATE TABLE "ledger_entries" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "system" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "external_id" TEXT,
    "url" TEXT,
    "state" "LedgerState" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "verified_at" TIMESTAMPTZ(3),

    CONSTRAINT "ledger_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_drafts" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "step" INTEGER NOT NULL,
    "body" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "app_drafts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_spec_drafts" (
    "app_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "spec" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "app_spec_drafts_pkey" PRIMARY KEY ("app_id","environment_id")
);

-- CreateTable
CREATE TABLE "builds" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "ref" TEXT NOT NULL,
    "ref_kind" TEXT NOT NULL,
    "commit_sha" TEXT NOT NULL,
    "commit_title" TEXT NOT NULL,
    "commit_author" TEXT NOT NULL,
    "trigger" "BuildTrigger" NOT NULL,
    "requested_by_id" UUID,
    "idempotency_key" TEXT NOT NULL,
    "state" "BuildState" NOT NULL DEFAULT 'requested',
    "error" JSONB,
    "jenkins_job" TEXT NOT NULL,
    "jenkins_queue_id" INTEGER,
    "jenkins_build_number" INTEGER,
    "jenkins_url" TEXT,
    "image_repository" TEXT NOT NULL,
    "image_tag" TEXT NOT NULL,
    "image_digest" TEXT,
    "image_size_bytes" BIGINT,
    "log_bytes" INTEGER NOT NULL DEFAULT 0,
    "log_complete" BOOLEAN NOT NULL DEFAULT false,
    "cancel_requested_at" TIMESTAMPTZ(3),
    "callback_at" TIMESTAMPTZ(3),
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "builds_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "build_steps" (
    "build_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "state" "StepState" NOT NULL DEFAULT 'waiting',
    "detail" JSONB,
    "error" JSONB,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "build_steps_pkey" PRIMARY KEY ("build_id","name")
);

-- CreateTable
CREATE TABLE "build_log_chunks" (
    "build_id" UUID NOT NULL,
    "offset_bytes" INTEGER NOT NULL,
    "length_bytes" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "build_log_chunks_pkey" PRIMARY KEY ("build_id","offset_bytes")
);

-- CreateTable
CREATE TABLE "clusters" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "context" TEXT NOT NULL,
    "server" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "clusters_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "environments" (
    "id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "purpose" "EnvironmentPurpose" NOT NULL,
    "rank" INTEGER NOT NULL,
    "domain" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "environments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "observed_pods" (
    "cluster_id" UUID NOT NULL,
    "uid" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "app_id" UUID,
    "release_number" INTEGER,
    "phase" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "message" TEXT,
    "ready" BOOLEAN NOT NULL,
    "restarts" INTEGER NOT NULL,
    "node_name" TEXT,
    "pod_ip" TEXT,
    "image_digest" TEXT,
    "containers" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "observed_pods_pkey" PRIMARY KEY ("cluster_id","uid")
);

-- CreateTable
CREATE TABLE "observed_workloads" (
    "cluster_id" UUID NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "uid" TEXT NOT NULL,
    "app_id" UUID,
    "release_number" INTEGER,
    "generation" INTEGER NOT NULL,
    "observed_generation" INTEGER NOT NULL,
    "desired" INTEGER NOT NULL,
    "updated" INTEGER NOT NULL,
    "ready" INTEGER NOT NULL,
    "available" INTEGER NOT NULL,
    "progressing" BOOLEAN NOT NULL,
    "reason" TEXT,
    "message" TEXT,
    "image" TEXT,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "observed_workloads_pkey" PRIMARY KEY ("cluster_id","namespace","name")
);

-- CreateTable
CREATE TABLE "observed_events" (
    "cluster_id" UUID NOT NULL,
    "uid" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "involved_kind" TEXT NOT NULL,
    "involved_name" TEXT NOT NULL,
    "app_id" UUID,
    "type" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "observed_events_pkey" PRIMARY KEY ("cluster_id","uid")
);

-- CreateTable
CREATE TABLE "outbox_events" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "team_id" UUID,
    "app_id" UUID,

    CONSTRAINT "outbox_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "system_statuses" (
    "key" TEXT NOT NULL,
    "state" "SystemState" NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "last_ok_at" TIMESTAMPTZ(3),
    "checked_at" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT,

    CONSTRAINT "system_statuses_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" UUID NOT NULL,
    "system" TEXT NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "repeats" INTEGER NOT NULL DEFAULT 0,
    "app_id" UUID,
    "event" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "verdict" "DeliveryVerdict" NOT NULL,
    "reason" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processed_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "releases" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" "ReleaseKind" NOT NULL,
    "spec" JSONB NOT NULL,
    "image_digest" TEXT NOT NULL,
    "build_id" UUID,
    "restores_id" UUID,
    "requested_by_id" UUID,
    "reason" TEXT,
    "idempotency_key" TEXT NOT NULL,
    "state" "ReleaseState" NOT NULL DEFAULT 'pending',
    "error" JSONB,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "releases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "release_steps" (
    "release_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "state" "StepState" NOT NULL DEFAULT 'waiting',
    "detail" JSONB,
    "error" JSONB,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "release_steps_pkey" PRIMARY KEY ("release_id","name")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_username_key" ON "users"("username");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_sha256_key" ON "api_tokens"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_user_id_name_key" ON "api_tokens"("user_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "teams_slug_key" ON "teams"("slug");

-- CreateIndex
CREATE INDEX "memberships_user_id_idx" ON "memberships"("user_id");

-- CreateIndex
CREATE INDEX "audit_entries_at_idx" ON "audit_entries"("at" DESC);

-- CreateIndex
CREATE INDEX "audit_entries_subject_kind_subject_id_at_idx" ON "audit_entries"("subject_kind", "subject_id", "at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "apps_name_key" ON "apps"("name");

-- CreateIndex
CREATE INDEX "apps_team_id_name_idx" ON "apps"("team_id", "name");

-- CreateIndex
CREATE INDEX "apps_gitlab_project_id_idx" ON "apps"("gitlab_project_id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_entries_app_id_system_kind_key_key" ON "ledger_entries"("app_id", "system", "kind", "key");

-- CreateIndex
CREATE INDEX "app_drafts_user_id_updated_at_idx" ON "app_drafts"("user_id", "updated_at" DESC);

-- CreateIndex
CREATE INDEX "builds_state_idx" ON "builds"("state");

-- CreateIndex
CREATE INDEX "builds_app_id_requested_at_idx" ON "builds"("app_id", "requested_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "builds_app_id_number_key" ON "builds"("app_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "builds_app_id_idempotency_key_key" ON "builds"("app_id", "idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "clusters_name_key" ON "clusters"("name");

-- CreateIndex
CREATE UNIQUE INDEX "environments_name_key" ON "environments"("name");

-- CreateIndex
CREATE UNIQUE INDEX "environments_cluster_id_namespace_key" ON "environments"("cluster_id", "namespace");

-- CreateIndex
CREATE INDEX "observed_pods_app_id_idx" ON "observed_pods"("app_id");

-- CreateIndex
CREATE INDEX "observed_pods_cluster_id_namespace_name_idx" ON "observed_pods"("cluster_id", "namespace", "name");

-- CreateIndex
CREATE INDEX "observed_workloads_app_id_idx" ON "observed_workloads"("app_id");

-- CreateIndex
CREATE INDEX "observed_events_app_id_last_at_idx" ON "observed_events"("app_id", "last_at" DESC);

-- CreateIndex
CREATE INDEX "outbox_events_at_idx" ON "outbox_events"("at");

-- CreateIndex
CREATE INDEX "webhook_deliveries_app_id_received_at_idx" ON "webhook_deliveries"("app_id", "received_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "webhook_deliveries_system_dedupe_key_key" ON "webhook_deliveries"("system", "dedupe_key");

-- CreateIndex
CREATE INDEX "releases_state_idx" ON "releases"("state");

-- CreateIndex
CREATE INDEX "releases_environment_id_requested_at_idx" ON "releases"("environment_id", "requested_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "releases_app_id_environment_id_number_key" ON "releases"("app_id", "environment_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "releases_app_id_environment_id_idempotency_key_key" ON "releases"("app_id", "environment_id", "idempotency_key");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "apps" ADD CONSTRAINT "apps_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "provision_steps" ADD CONSTRAINT "provision_steps_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "app_drafts" ADD CONSTRAINT "app_drafts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "app_spec_drafts" ADD CONSTRAINT "app_spec_drafts_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "app_spec_drafts" ADD CONSTRAINT "app_spec_drafts_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "builds" ADD CONSTRAINT "builds_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "builds" ADD CONSTRAINT "builds_requested_by_id_fkey" FOREIGN KEY ("requested_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "build_steps" ADD CONSTRAINT "build_steps_build_id_fkey" FOREIGN KEY ("build_id") REFERENCES "builds"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "build_log_chunks" ADD CONSTRAINT "build_log_chunks_build_id_fkey" FOREIGN KEY ("build_id") REFERENCES "builds"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "environments" ADD CONSTRAINT "environments_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "clusters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "observed_pods" ADD CONSTRAINT "observed_pods_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "clusters"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "observed_workloads" ADD CONSTRAINT "observed_workloads_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "clusters"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "observed_events" ADD CONSTRAINT "observed_events_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "clusters"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "releases" ADD CONSTRAINT "releases_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "releases" ADD CONSTRAINT "releases_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "releases" ADD CONSTRAINT "releases_build_id_fkey" FOREIGN KEY ("build_id") REFERENCES "builds"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "releases" ADD CONSTRAINT "releases_restores_id_fkey" FOREIGN KEY ("restores_id") REFERENCES "releases"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "releases" ADD CONSTRAINT "releases_requested_by_id_fkey" FOREIGN KEY ("requested_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release_steps" ADD CONSTRAINT "release_steps_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "releases"("id") ON DELETE CASCADE ON UPDATE CASCADE;
