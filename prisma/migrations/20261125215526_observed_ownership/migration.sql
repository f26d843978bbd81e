-- AlterTable
ALTER TABLE "observed_workloads" ADD COLUMN     "ownership" TEXT;
