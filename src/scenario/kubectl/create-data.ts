/** kubectl create configmap and secret: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_secret/ */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { structJson } from "../../api/go-json.js";
import { configMapKey } from "../../api/validation/names.js";
import { contentHash } from "./content-hash.js";
import { type Arguments, flag, type Flag } from "./flags.js";
import { readEnvironmentFile, readNamed, readSource } from "./named-files.js";
import { UsageError } from "./usage-error.js";
import type { VerbContext } from "./verb.js";

const APPEND_HASH = flag("append-hash", "boolean");
export const DATA_FLAGS: readonly Flag[] = [
  flag("from-literal", "texts"),
  flag("from-file", "list"),
  flag("from-env-file", "list"),
  APPEND_HASH,
];
export const SECRET_FLAGS: readonly Flag[] = [...DATA_FLAGS, flag("type", "text")];
export const TLS_FLAGS: readonly Flag[] = [flag("cert", "text"), flag("key", "text"), APPEND_HASH];
export const REGISTRY_FLAGS: readonly Flag[] = [
  flag("docker-server", "text"),
  flag("docker-username", "text"),
  flag("docker-password", "text"),
  flag("docker-email", "text"),
  flag("from-file", "list"),
  APPEND_HASH,
];

/** Where images are pulled from that name no registry. Source: kubectl/pkg/cmd/create/create_secret_docker.go */
const DOCKER_HUB = "https://index.docker.io/v1/";

type Data = ReadonlyMap<string, Buffer>;
type Refuse = (key: string) => UsageError;

/** Contents by key. @throws UsageError for a key that is wrong or there twice */
function gathered(
  entries: readonly (readonly [string, Buffer])[],
  wrong: (key: string, problems: readonly string[]) => string,
  twice: Refuse,
): Data {
  const data = new Map<string, Buffer>();
  for (const [key, content] of entries) {
    const problems = configMapKey(key);
    if (problems.length > 0) throw new UsageError(wrong(key, problems));
    if (data.has(key)) throw twice(key);
    data.set(key, content);
  }
  return data;
}

function literalOf(text: string): readonly [string, Buffer] {
  const equals = text.indexOf("=");
  if (equals <= 0) throw new UsageError(`invalid literal source ${text}, expected key=value`);
  return [text.slice(0, equals), Buffer.from(text.slice(equals + 1))];
}

function entriesOf(given: Arguments, { pathOf }: VerbContext, what: "config" | "secret"): readonly (readonly [string, Buffer])[] {
  if (given.has("from-env-file") && (given.has("from-file") || given.has("from-literal")))
    throw new UsageError("from-env-file cannot be combined with from-file or from-literal");
  const files = given.list("from-file").flatMap((source) => readSource(source, pathOf).map(({ key, content }) => [key, content] as const));
  const literals = given.texts("from-literal").map(literalOf);
  const variables = given
    .list("from-env-file")
    .flatMap((file) => readEnvironmentFile(file, pathOf, `env ${what} file cannot be a directory`))
    .map(([key, value]) => [key, Buffer.from(value)] as const);
  return what === "config" ? [...files, ...literals, ...variables] : [...literals, ...files, ...variables];
}

function hashed(name: string, given: Arguments, content: Readonly<Record<string, unknown>>): string {
  return given.isSet("append-hash") ? `${name}-${contentHash({ ...content, name })}` : name;
}

/** @throws UsageError */
export function configMapOf(name: string, given: Arguments, context: VerbContext) {
  const contents = gathered(
    entriesOf(given, context, "config"),
    (key, problems) => `${JSON.stringify(key)} is not a valid key name for a ConfigMap: ${problems.join(",")}`,
    (key) =>
      new UsageError(
        `cannot add key ${JSON.stringify(key)}, another key by that name already exists in Data for ConfigMap ${JSON.stringify(name)}`,
      ),
  );
  const isText = ([, content]: readonly [string, Buffer]) => Buffer.from(content.toString("utf8")).equals(content);
  const texts = [...contents].filter(isText).map(([key, content]) => [key, content.toString("utf8")]);
  const others = [...contents].filter((entry) => !isText(entry)).map(([key, content]) => [key, content.toString("base64")]);
  const data = Object.fromEntries(texts) as Record<string, string>;
  const binaryData = Object.fromEntries(others) as Record<string, string>;
  const binary = others.length > 0 ? { binaryData } : {};
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: hashed(name, given, { kind: "ConfigMap", data, ...binary }) },
    ...(texts.length > 0 && { data }),
    ...binary,
  };
}

/** @throws UsageError */
function secretWith(name: string, type: string, given: Arguments, contents: readonly (readonly [string, Buffer])[]) {
  const known = gathered(
    contents,
    (key, problems) => `${JSON.stringify(key)} is not valid key name for a Secret ${problems.join(";")}`,
    (key) => new UsageError(`cannot add key ${key}, another key by that name already exists`),
  );
  const data = Object.fromEntries([...known].map(([key, content]) => [key, content.toString("base64")])) as Record<string, string>;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: hashed(name, given, { kind: "Secret", type, data }) },
    type: type === "" ? "Opaque" : type,
    ...(known.size > 0 && { data }),
  };
}

/** @throws UsageError */
export function secretOf(name: string, given: Arguments, context: VerbContext) {
  return secretWith(name, given.text("type") ?? "", given, entriesOf(given, context, "secret"));
}

/** Source: kubectl/pkg/cmd/create/create_secret_tls.go. @throws UsageError */
export function tlsSecretOf(name: string, given: Arguments, { pathOf }: VerbContext) {
  const [cert, key] = [given.text("cert") ?? "", given.text("key") ?? ""];
  if (cert === "" || key === "") throw new UsageError("key and cert must be specified");
  const [certificate, privateKey] = [cert, key].map((text) =>
    readNamed({ text, path: pathOf(text) }, (why) => `Cannot read file ${text}, ${why}`),
  );
  refuseOddPair(certificate, privateKey);
  return secretWith(name, "kubernetes.io/tls", given, [
    ["tls.crt", certificate],
    ["tls.key", privateKey],
  ]);
}

/** Source of the wording: https://pkg.go.dev/crypto/tls#X509KeyPair. @throws UsageError */
function refuseOddPair(certificate: Buffer, privateKey: Buffer): void {
  for (const [what, content] of [
    ["certificate", certificate],
    ["key", privateKey],
  ] as const) {
    if (!content.includes("-----BEGIN ")) throw new UsageError(`tls: failed to find any PEM data in ${what} input`);
  }
  try {
    if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey))) return;
  } catch (error) {
    throw new UsageError(`tls: failed to parse the certificate or its key: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new UsageError("tls: private key does not match public key");
}

/** Source: kubectl/pkg/cmd/create/create_secret_docker.go. @throws UsageError */
export function registrySecretOf(name: string, given: Arguments, { pathOf }: VerbContext) {
  const type = "kubernetes.io/dockerconfigjson";
  const [server, username, password, email] = [
    given.text("docker-server") ?? DOCKER_HUB,
    given.text("docker-username") ?? "",
    given.text("docker-password") ?? "",
    given.text("docker-email") ?? "",
  ];
  if (given.has("from-file")) {
    const files = given.list("from-file").flatMap((source) => readSource(source, pathOf));
    return secretWith(
      name,
      type,
      given,
      files.map(({ key, content }) => [key, content]),
    );
  }
  if (username === "" || password === "" || server === "")
    throw new UsageError("either --from-file or the combination of --docker-username, --docker-password and --docker-server is required");
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const entry = { username, password, ...(email !== "" && { email }), auth };
  return secretWith(name, type, given, [[".dockerconfigjson", Buffer.from(structJson({ auths: { [server]: entry } }))]]);
}
