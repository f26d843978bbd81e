-- CreateTable
CREATE TABLE "restore_proofs" (
    "release_id" UUID NOT NULL,
    "ready" BOOLEAN NOT NULL,
    "reason" JSONB,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "restore_proofs_pkey" PRIMARY KEY ("release_id")
);

-- AddForeignKey
ALTER TABLE "restore_proofs" ADD CONSTRAINT "restore_proofs_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "releases"("id") ON DELETE CASCADE ON UPDATE CASCADE;
