/** A kubeconfig for an API server without TLS that wants the token "secret". */
export const kubeconfigOf = (url: string): string => `
apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: ${url} } }]
users: [{ name: u, user: { token: secret } }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
`;
