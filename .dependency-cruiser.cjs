// The table of ARCHITECTURE.md ("Rooms"), as rules. If one is in your way, the design is wrong or the code is: find out which.
const FLOORS = [
  ["access"],
  ["apps", "clusters", "config", "storage", "traffic", "images"],
  ["builds"],
  ["diagnosis"],
  ["releases"],
  ["jobs", "alerts", "logs", "terminal", "metrics", "traces", "topology"],
  // Takes down what every other feature made: only figures stand above it.
  ["retire"],
  ["reports"],
];
// What the browser may have: schema, rules (several are named by their rule: *-rules.ts), manifests, and folders of them.
const PURE = "/([a-z/-]*(schema|rules|manifests)|(spec|manifests|rules)/[a-z-]+)\\.ts$";
const features = FLOORS.flat();
const anyOf = (names) => `(${names.join("|")})`;

const upward = FLOORS.slice(0, -1).map((floor, i) => ({
  name: `floor-${i}-imports-nothing-above`,
  comment: `Features stand on floors: ${anyOf(floor)} may not import what stands above. Pure files may be shared.`,
  severity: "error",
  from: { path: `^lib/${anyOf(floor)}/` },
  to: { path: `^lib/${anyOf(FLOORS.slice(i + 1).flat())}/`, pathNot: PURE },
}));

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: { pathNot: "generated" }, to: { circular: true } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "generated|^server-only$|\\.css$" } },
    { name: "nothing-imports-tests", severity: "error", from: { pathNot: "^tests/" }, to: { path: "^tests/" } },
    {
      name: "pure-files-do-no-io",
      comment: "schema/rules/manifests run in the browser too: zod and each other, nothing that does I/O.",
      severity: "error",
      from: { path: `^lib/${anyOf(features)}${PURE}` },
      to: { pathNot: [`^lib/${anyOf(features)}${PURE}`, "^node_modules/(zod|yaml|diff)/", "^lib/platform/(errors|steps|quantity)\\.ts$"] },
    },
    {
      name: "clients-stand-alone",
      comment: "A client knows platform/errors (and the shared HTTP ground of lib/clients/http), its vendor package, nothing else of ours.",
      severity: "error",
      from: { path: "^lib/clients/([^/]+)/" },
      to: { path: "^(lib|app|components|worker|sandbox)/", pathNot: ["^lib/clients/$1/", "^lib/clients/http/", "^lib/platform/errors\\.ts$"] },
    },
    { name: "clients-never-next", severity: "error", from: { path: "^lib/clients/" }, to: { path: "^node_modules/(next|react)/" } },
    {
      name: "platform-imports-no-feature",
      severity: "error",
      from: { path: "^lib/platform/" },
      to: { path: "^(lib/(?!platform/)|app/|components/|worker/|sandbox/|node_modules/(next|react)/)" },
    },
    {
      name: "lib-imports-no-face",
      comment: "lib/access alone touches next: it stands between the framework and the features (route(), sessions).",
      severity: "error",
      from: { path: "^lib/", pathNot: "^lib/access/" },
      to: { path: "^(app|components|worker|sandbox)/|^node_modules/(next|react|react-dom)/" },
    },
    { name: "access-imports-no-face", severity: "error", from: { path: "^lib/access/" }, to: { path: "^(app|components|worker|sandbox)/" } },
    { name: "worker-imports-lib-only", severity: "error", from: { path: "^worker/" }, to: { path: "^(app|components|sandbox)/" } },
    {
      name: "components-see-only-pure-lib",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^(lib|app|worker|sandbox|prisma)/", pathNot: [`^lib/${anyOf(features)}${PURE}`, "^lib/platform/(errors|steps|i18n|quantity)\\.ts$", "^lib/platform/i18n/"] },
    },
    {
      name: "app-is-thin",
      comment: "Routes call use cases and queries; they never speak to systems or the database themselves.",
      severity: "error",
      from: { path: "^app/" },
      to: { path: "^(lib/clients/|lib/platform/(db|queue)|worker/|sandbox/|prisma/)" },
    },
    {
      name: "sandbox-imports-nothing-of-ours",
      comment: "It must be able to prove us wrong.",
      severity: "error",
      from: { path: "^sandbox/" },
      to: { path: "^(lib|app|components|worker|scripts|tests)/" },
    },
    ...upward,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "lib/platform/db/generated|\\.next/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"], extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"] },
  },
};
