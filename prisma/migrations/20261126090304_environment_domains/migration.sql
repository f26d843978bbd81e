-- CreateTable
CREATE TABLE "environment_domains" (
    "environment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "below" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "environment_domains_pkey" PRIMARY KEY ("environment_id","name")
);

-- AddForeignKey
ALTER TABLE "environment_domains" ADD CONSTRAINT "environment_domains_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is served or prepared today stays allowed: each host outside of its environment's own domain, as itself.
INSERT INTO "environment_domains" ("environment_id", "name", "below")
SELECT DISTINCT env."id", route ->> 'host', false
FROM "environments" env
JOIN (
  SELECT kept."environment_id", kept."exposure"
  FROM (
    SELECT DISTINCT ON (r."app_id", r."environment_id", r."state" = 'done') r."app_id", r."environment_id", r."spec" -> 'exposure' AS "exposure"
    FROM "releases" r
    WHERE r."state" NOT IN ('failed', 'superseded', 'aborted')
    ORDER BY r."app_id", r."environment_id", r."state" = 'done', r."number" DESC
  ) kept
  JOIN "apps" a ON a."id" = kept."app_id" AND a."retired_at" IS NULL
  UNION ALL
  SELECT draft."environment_id", draft."spec" -> 'exposure'
  FROM "app_spec_drafts" draft
  JOIN "apps" a ON a."id" = draft."app_id" AND a."retired_at" IS NULL
) used ON used."environment_id" = env."id" AND jsonb_typeof(used."exposure" -> 'routes') = 'array'
CROSS JOIN LATERAL jsonb_array_elements(used."exposure" -> 'routes') route
WHERE route ->> 'host' IS NOT NULL
  AND '.' || (route ->> 'host') NOT LIKE '%.' || regexp_replace(env."domain", ':\d+$', '');
