import { z } from "zod";
import { route } from "#lib/access/route";
import { getDiagnosis } from "#lib/diagnosis/get-diagnosis";
import { diagnosisView } from "#lib/diagnosis/schema";

export const GET = route(
  {
    permission: "app.read",
    input: z.object({ app: z.string(), environment: z.string().max(80) }),
    output: diagnosisView,
    scope: { app: "app" },
  },
  async ({ input, scope, signal }) => getDiagnosis(scope.app.id, input.environment, { signal }),
);
