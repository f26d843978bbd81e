-- AlterTable
ALTER TABLE "observed_pods" ADD COLUMN     "labelled" BOOLEAN NOT NULL DEFAULT true;
