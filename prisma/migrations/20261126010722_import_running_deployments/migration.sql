-- AlterEnum
ALTER TYPE "ReleaseKind" ADD VALUE 'import';

-- AlterTable
ALTER TABLE "apps" ALTER COLUMN "gitlab_project_id" DROP NOT NULL,
ALTER COLUMN "gitlab_project_path" DROP NOT NULL,
ALTER COLUMN "repository_url" DROP NOT NULL;
