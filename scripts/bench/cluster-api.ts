/** Where a cluster of the sandbox answers. */
export type ClusterApi = { url: string; token: string };

/** A call of the sandbox's Kubernetes itself; anything but a success is thrown. */
export async function send(
  { url, token }: ClusterApi,
  method: "GET" | "POST" | "PATCH",
  path: string,
  body?: unknown,
): Promise<Response> {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
  };
  const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}
