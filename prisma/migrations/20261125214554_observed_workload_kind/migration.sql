-- AlterTable
ALTER TABLE "observed_workloads" ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'Deployment';
