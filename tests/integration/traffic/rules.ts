import { type RouteTraffic } from "#lib/apps/spec/traffic-schema";

// Rules that both gateways know, so that both are asked for the same.

type HeaderEdit = RouteTraffic["headerEdits"][number];
export const edit = (side: HeaderEdit["side"], action: HeaderEdit["action"], name: string, value = ""): HeaderEdit => ({
  side,
  action,
  name,
  value,
});

export const MOVED = {
  redirect: { scheme: null, host: "new.test", path: "/here", status: 308 },
  headerEdits: [edit("response", "set", "cache-control", "no-store")],
} satisfies Partial<RouteTraffic>;

export const CORS = {
  cors: {
    origins: ["https://shop.test"],
    methods: ["GET", "PUT"],
    headers: ["x-a"],
    credentials: true,
    maxAgeSeconds: 60,
  },
} satisfies Partial<RouteTraffic>;
