import { type Check } from "./schema.ts";

// Name rules with the API's own sentences (k8s.io/apimachinery/pkg/util/validation).
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const ruleOf =
  (shape: RegExp, limit: number, why: string): Check =>
  (value) => {
    if (value.length > limit) return `must be no more than ${limit} characters`;
    return shape.test(value) ? undefined : why;
  };

export const dnsLabel: Check = ruleOf(
  LABEL,
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
);
export const dnsSubdomain = ruleOf(
  SUBDOMAIN,
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
);
/** RFC 1035: services must begin with a letter. */
export const dnsLabel1035 = ruleOf(
  /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  63,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
);
export const labelValue = ruleOf(
  /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
  63,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
);
export const qualifiedName: Check = (value) => {
  const slash = value.indexOf("/");
  const prefix = slash < 0 ? undefined : value.slice(0, slash);
  const name = value.slice(slash + 1);
  if (prefix !== undefined && (prefix === "" || dnsSubdomain(prefix, "") !== undefined))
    return "prefix part must be a DNS subdomain";
  if (name.length > 63) return "name part must be no more than 63 characters";
  return QUALIFIED.test(name)
    ? undefined
    : "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
};
export const portName = ruleOf(
  /^(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
  15,
  "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-), and at least one letter (a-z)",
);
export const envName = ruleOf(
  /^[^=\0]+$/,
  1024,
  "a valid environment variable name must consist only of printable ASCII characters other than '='",
);
export const configKey = ruleOf(
  /^[-._a-zA-Z0-9]+$/,
  253,
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
);
export const absolutePath: Check = (value) => (value.startsWith("/") ? undefined : "must be an absolute path");
