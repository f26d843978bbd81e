/** The Kubernetes release whose behaviour the sandbox follows. */
export const VERSION = "v1.36.3";
