import { route } from "#lib/access/route";
import { getMetrics } from "#lib/metrics/get-metrics";
import { metricsInput, metricsView } from "#lib/metrics/schema";

export const GET = route(
  { permission: "app.read", input: metricsInput, output: metricsView, scope: { app: "app" } },
  async ({ input, scope, signal }) => getMetrics(scope.app, input, { signal }),
);
