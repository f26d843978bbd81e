/** What a dashboard's address may ask for, in braces. */
export type GrafanaFields = Record<"app" | "namespace" | "environment" | "cluster" | "from" | "to", string>;

/** The dashboard's address with its fields filled in, each as a part of an address and nothing more. */
export const grafanaLink = (template: string, fields: GrafanaFields): string =>
  template.replace(/\{(\w+)\}/g, (braces, name: string) => {
    const value = new Map(Object.entries(fields)).get(name);
    return value === undefined ? braces : encodeURIComponent(value);
  });
