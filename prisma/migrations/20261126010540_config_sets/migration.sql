-- CreateEnum
CREATE TYPE "ConfigKind" AS ENUM ('config', 'secret');

-- AlterTable
ALTER TABLE "observed_pods" ADD COLUMN     "config_objects" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "config_sets" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "kind" "ConfigKind" NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "config_sets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "config_versions" (
    "set_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "entries" JSONB NOT NULL,
    "bytes" INTEGER NOT NULL,
    "restores" INTEGER,
    "reason" TEXT,
    "saved_by_id" UUID,
    "saved_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "config_versions_pkey" PRIMARY KEY ("set_id","number")
);

-- CreateIndex
CREATE UNIQUE INDEX "config_sets_app_id_environment_id_kind_name_key" ON "config_sets"("app_id", "environment_id", "kind", "name");

-- AddForeignKey
ALTER TABLE "config_sets" ADD CONSTRAINT "config_sets_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "config_sets" ADD CONSTRAINT "config_sets_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "config_versions" ADD CONSTRAINT "config_versions_set_id_fkey" FOREIGN KEY ("set_id") REFERENCES "config_sets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "config_versions" ADD CONSTRAINT "config_versions_saved_by_id_fkey" FOREIGN KEY ("saved_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
