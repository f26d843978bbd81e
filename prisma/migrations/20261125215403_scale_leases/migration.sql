-- CreateEnum
CREATE TYPE "LeaseOutcome" AS ENUM ('given_back', 'changed', 'replaced');

-- CreateTable
CREATE TABLE "scale_leases" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "release_id" UUID NOT NULL,
    "replicas" INTEGER NOT NULL,
    "back_to" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "outcome" "LeaseOutcome",

    CONSTRAINT "scale_leases_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "scale_leases_release_id_key" ON "scale_leases"("release_id");

-- CreateIndex
CREATE INDEX "scale_leases_app_id_environment_id_idx" ON "scale_leases"("app_id", "environment_id");

-- CreateIndex
CREATE INDEX "scale_leases_ended_at_due_at_idx" ON "scale_leases"("ended_at", "due_at");

-- AddForeignKey
ALTER TABLE "scale_leases" ADD CONSTRAINT "scale_leases_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scale_leases" ADD CONSTRAINT "scale_leases_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scale_leases" ADD CONSTRAINT "scale_leases_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "releases"("id") ON DELETE CASCADE ON UPDATE CASCADE;
