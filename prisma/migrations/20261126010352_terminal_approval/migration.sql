-- AlterEnum
ALTER TYPE "TerminalEnd" ADD VALUE 'declined';

-- AlterEnum
ALTER TYPE "TerminalPolicy" ADD VALUE 'approval';

-- AlterEnum
ALTER TYPE "TerminalState" ADD VALUE 'waiting';

-- AlterTable
ALTER TABLE "terminal_sessions" ADD COLUMN     "decided_at" TIMESTAMPTZ(3),
ADD COLUMN     "decided_by_id" UUID;

-- AddForeignKey
ALTER TABLE "terminal_sessions" ADD CONSTRAINT "terminal_sessions_decided_by_id_fkey" FOREIGN KEY ("decided_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
