-- AlterTable
ALTER TABLE "environment_domains" ADD COLUMN     "tls_secret" TEXT;

-- AlterTable
ALTER TABLE "environments" ADD COLUMN     "tls_secret" TEXT;
