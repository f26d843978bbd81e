/** Addresses within the cluster's own network namespace; nothing outside of it can meet them, so they are fixed. */
export const API_PORT = 6443;
export const API_SERVER = `https://127.0.0.1:${API_PORT}`;
export const NODE_NAME = "node-1";
/** A node's address may not be a loopback one: a bridge carries it. */
export const NODE_ADDRESS = "10.99.0.1";
export const POD_NETWORK = "10.88.0.0/16";
export const SERVICE_NETWORK = "10.96.0.0/16";
export const SERVICE_ADDRESS = "10.96.0.1";
export const DNS_ADDRESS = "10.96.0.10";
export const ISTIO_NAMESPACE = "istio-system";
export const WEBHOOK_HOST = "localhost";
export const WEBHOOK_PORT = 15017;
