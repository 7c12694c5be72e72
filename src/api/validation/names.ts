/**
 * Rules for names, labels, ports and paths. Each function returns what is wrong with a value, in Kubernetes' words; nothing where
 * it is right.
 *
 * Source: k8s.io/apimachinery/pkg/util/validation, pkg/api/validate/content; RFC 1123, RFC 6335.
 */

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_WITH_UNDERSCORE = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const SUBDOMAIN_WITH_UNDERSCORE = `${LABEL_WITH_UNDERSCORE}(\\.${LABEL_WITH_UNDERSCORE})*`;
const QUALIFIED_PART = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${QUALIFIED_PART})?`;
const CONFIG_KEY = "[-._a-zA-Z0-9]+";
const PERCENT = "[0-9]+%";
const HTTP_HEADER = "[-A-Za-z0-9]+";
const WILDCARD = `\\*\\.${SUBDOMAIN}`;

const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;
const MAX_PORT_NAME = 15;
const MAX_PORT = 65_535;

function exactly(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

const IS_LABEL = exactly(LABEL);
const IS_SUBDOMAIN = exactly(SUBDOMAIN);
const IS_SUBDOMAIN_WITH_UNDERSCORE = exactly(SUBDOMAIN_WITH_UNDERSCORE);
const IS_QUALIFIED_PART = exactly(QUALIFIED_PART);
const IS_LABEL_VALUE = exactly(LABEL_VALUE);
const IS_CONFIG_KEY = exactly(CONFIG_KEY);
const IS_PERCENT = exactly(PERCENT);
const IS_HTTP_HEADER = exactly(HTTP_HEADER);
const IS_WILDCARD = exactly(WILDCARD);

function regexError(message: string, pattern: string, ...examples: string[]): string {
  const [first, ...others] = examples;
  const shown = `'${first}'${others.map((one) => `,  or '${one}'`).join("")}`;
  return `${message} (e.g. ${shown}, regex used for validation is '${pattern}')`;
}

function maxCharacters(length: number): string {
  return `must be no more than ${length} characters`;
}

function maxBytes(length: number): string {
  return `must be no more than ${length} bytes`;
}

export function inclusiveRange(least: number, greatest: number): string {
  return `must be between ${least} and ${greatest}, inclusive`;
}

export function dnsLabel(value: string): string[] {
  const wrong: string[] = [];
  if (value.length > MAX_LABEL) wrong.push(maxCharacters(MAX_LABEL));
  if (IS_LABEL.test(value)) return wrong;
  if (IS_SUBDOMAIN.test(value)) return [...wrong, "must not contain dots"];
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...wrong, regexError(rule, LABEL, "my-name", "123-abc")];
}

export function dnsSubdomain(value: string): string[] {
  const wrong: string[] = [];
  if (value.length > MAX_SUBDOMAIN) wrong.push(maxCharacters(MAX_SUBDOMAIN));
  if (IS_SUBDOMAIN.test(value)) return wrong;
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...wrong, regexError(rule, SUBDOMAIN, "example.com")];
}

/** As {@link dnsSubdomain}, with underscores, which names of resolvers' search lists may have. */
export function dnsSubdomainWithUnderscore(value: string): string[] {
  const wrong: string[] = [];
  if (value.length > MAX_SUBDOMAIN) wrong.push(maxCharacters(MAX_SUBDOMAIN));
  if (IS_SUBDOMAIN_WITH_UNDERSCORE.test(value)) return wrong;
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
  return [...wrong, regexError(rule, SUBDOMAIN_WITH_UNDERSCORE, "example.com")];
}

export function wildcardSubdomain(value: string): string[] {
  const wrong: string[] = [];
  if (value.length > MAX_SUBDOMAIN) wrong.push(maxCharacters(MAX_SUBDOMAIN));
  if (IS_WILDCARD.test(value)) return wrong;
  const rule =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [...wrong, regexError(rule, WILDCARD, "*.example.com")];
}

/** A label's or resource's key: an optional DNS prefix and a name. */
export function qualifiedName(value: string): string[] {
  const parts = value.split("/");
  const rule = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  if (parts.length > 2) {
    return [
      `a valid label key ${regexError(rule, QUALIFIED_PART, "MyName", "my.name", "123-abc")} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1)!;
  const wrong: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0];
    if (prefix === "") wrong.push("prefix part must be non-empty");
    else wrong.push(...dnsSubdomain(prefix).map((one) => `prefix part ${one}`));
  }
  if (name === "") wrong.push("name part must be non-empty");
  else if (name.length > MAX_LABEL) wrong.push(`name part ${maxBytes(MAX_LABEL)}`);
  if (!IS_QUALIFIED_PART.test(name)) wrong.push(`name part ${regexError(rule, QUALIFIED_PART, "MyName", "my.name", "123-abc")}`);
  return wrong;
}

export function labelValue(value: string): string[] {
  const wrong: string[] = [];
  if (value.length > MAX_LABEL) wrong.push(maxBytes(MAX_LABEL));
  if (IS_LABEL_VALUE.test(value)) return wrong;
  const rule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...wrong, regexError(rule, LABEL_VALUE, "MyValue", "my_value", "12345")];
}

export function portNumber(value: number): string[] {
  return value >= 1 && value <= MAX_PORT ? [] : [inclusiveRange(1, MAX_PORT)];
}

export function portName(value: string): string[] {
  const wrong: string[] = [];
  if (value.length > MAX_PORT_NAME) wrong.push(maxCharacters(MAX_PORT_NAME));
  if (!/^[-a-z0-9]+$/.test(value)) wrong.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(value)) wrong.push("must contain at least one letter (a-z)");
  if (value.includes("--")) wrong.push("must not contain consecutive hyphens");
  if (value.startsWith("-") || value.endsWith("-")) wrong.push("must not begin or end with a hyphen");
  return wrong;
}

export function percentText(value: string): string[] {
  const rule = "a valid percent string must be a numeric string followed by an ending '%'";
  return IS_PERCENT.test(value) ? [] : [regexError(rule, PERCENT, "1%", "93%")];
}

export function httpHeaderName(value: string): string[] {
  const rule = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return IS_HTTP_HEADER.test(value) ? [] : [regexError(rule, HTTP_HEADER, "X-Header-Name")];
}

export function environmentVariableName(value: string): string[] {
  return /^[\x20-\x3c\x3e-\x7e]*$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export function configMapKey(value: string): string[] {
  const wrong: string[] = [];
  if (value.length > MAX_SUBDOMAIN) wrong.push(maxCharacters(MAX_SUBDOMAIN));
  if (!IS_CONFIG_KEY.test(value)) {
    const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    wrong.push(regexError(rule, CONFIG_KEY, "key.name", "KEY_NAME", "key-name"));
  }
  if (value === ".") wrong.push("must not be '.'");
  else if (value === "..") wrong.push("must not be '..'");
  else if (value.startsWith("..")) wrong.push("must not start with '..'");
  return wrong;
}

/** A name that may stand in a URL path as one segment. */
export function pathSegmentName(value: string): string[] {
  if (value === "." || value === "..") return [`may not be '${value}'`];
  return ["/", "%"].filter((one) => value.includes(one)).map((one) => `may not contain '${one}'`);
}
