-- CreateTable
CREATE TABLE "pinned_logs" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "user_id" UUID,
    "container" TEXT NOT NULL,
    "pods" TEXT[],
    "reason" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "until_at" TIMESTAMPTZ(3) NOT NULL,
    "line_count" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "confirmed" BOOLEAN NOT NULL,
    "pinned_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pinned_logs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "pinned_logs_app_id_environment_id_pinned_at_idx" ON "pinned_logs"("app_id", "environment_id", "pinned_at" DESC);

-- AddForeignKey
ALTER TABLE "pinned_logs" ADD CONSTRAINT "pinned_logs_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pinned_logs" ADD CONSTRAINT "pinned_logs_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pinned_logs" ADD CONSTRAINT "pinned_logs_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
