import { z } from "zod";
import { route } from "#lib/access/route";
import { exportObjects } from "#lib/releases/export-objects";

export const GET = route(
  {
    permission: "release.read",
    input: z.object({ app: z.string(), environment: z.string().max(80) }),
    output: "stream",
    scope: { app: "app" },
  },
  async ({ input, scope, db }) => {
    const { fileName, yaml } = await exportObjects(scope.app.id, input.environment, db);
    const headers = {
      "content-type": "application/yaml; charset=utf-8",
      "content-disposition": `attachment; filename="${fileName}"`,
    };
    return new Response(yaml, { headers });
  },
);
