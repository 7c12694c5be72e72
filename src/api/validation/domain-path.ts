/** Names that are a domain and a path, such as "acme.io/foo". Source: IsDomainPrefixedPath in apimachinery's util/validation. */
import { invalid, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsSubdomain } from "./names.js";

/** Source: RFC 3986, section 3.3, as apimachinery's validation has it. */
const HTTP_PATH_PATTERN = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const HTTP_PATH = new RegExp(`^${HTTP_PATH_PATTERN}$`);
const HTTP_PATH_MESSAGE = `Invalid path (regex used for validation is '${HTTP_PATH_PATTERN}')`;

export function domainPrefixedPath(field: string, value: string): FieldError[] {
  if (value === "") return [required(field)];
  const slash = value.indexOf("/");
  const [domain, path] = slash < 0 ? [value, ""] : [value.slice(0, slash), value.slice(slash + 1)];
  if (domain === "" || path === "") return [invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  return [...check(field, domain, dnsSubdomain), ...(HTTP_PATH.test(path) ? [] : [invalid(field, path, HTTP_PATH_MESSAGE)])];
}
