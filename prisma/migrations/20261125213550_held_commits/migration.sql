-- CreateEnum
CREATE TYPE "RestoredPart" AS ENUM ('all', 'image', 'settings');

-- AlterTable
ALTER TABLE "releases" ADD COLUMN     "restored_part" "RestoredPart" NOT NULL DEFAULT 'all';

-- CreateTable
CREATE TABLE "held_commits" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "commit_sha" TEXT NOT NULL,
    "release_id" UUID NOT NULL,
    "held_by_id" UUID,
    "reason" TEXT,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "lifted_by_id" UUID,
    "lifted_at" TIMESTAMPTZ(3),
    "lift_reason" TEXT,

    CONSTRAINT "held_commits_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "held_commits_app_id_environment_id_commit_sha_key" ON "held_commits"("app_id", "environment_id", "commit_sha");

-- AddForeignKey
ALTER TABLE "held_commits" ADD CONSTRAINT "held_commits_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "held_commits" ADD CONSTRAINT "held_commits_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "held_commits" ADD CONSTRAINT "held_commits_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "releases"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "held_commits" ADD CONSTRAINT "held_commits_held_by_id_fkey" FOREIGN KEY ("held_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "held_commits" ADD CONSTRAINT "held_commits_lifted_by_id_fkey" FOREIGN KEY ("lifted_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
