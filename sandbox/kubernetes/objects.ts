// The parts of the Kubernetes objects that controllers, node and network read. Everything else in an
// object is kept as it came; the schemas in kinds/ say what may be there at all.

export * from "./objects/core.ts";
export * from "./objects/meta.ts";
export * from "./objects/network.ts";
export * from "./objects/node.ts";
export * from "./objects/pod.ts";
export * from "./objects/policy.ts";
export * from "./objects/storage.ts";
export * from "./objects/workloads.ts";
