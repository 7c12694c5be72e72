/** Conformance kind "apiserver-answers": what the whole API server makes of requests: the object that it stores, or its refusal. */
import { decode, DecodeError } from "../../src/api/decode.js";
import { encode } from "../../src/api/encode.js";
import { kindByResourceName, kindInfo, type Kind, type ObjectsByKind } from "../../src/api/kinds.js";
import type { ApiObject } from "../../src/api/types/meta.js";
import type { Scale } from "../../src/api/types/scale.js";
import { downgrade } from "../../src/api/versions.js";
import { defaultAdmissionPlugins } from "../../src/control-plane/apiserver/admission/default-plugins.js";
import { ApiServer } from "../../src/control-plane/apiserver/api-server.js";
import type { ApiStatus, Result, Scalable, Target } from "../../src/control-plane/apiserver/client.js";
import { NO_LATENCIES } from "../../src/control-plane/apiserver/latencies.js";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { mergeStrategically } from "../../src/scenario/kubectl/strategic-merge.js";
import { exactDifferences } from "./expected.js";

export const kind = "apiserver-answers";

type Plain = Readonly<Record<string, unknown>>;

interface Answer {
  readonly code: number;
  readonly reason: string | null;
  readonly message: string;
  readonly details?: Plain | null;
}

interface Step {
  readonly posted: Plain;
  readonly returned?: Plain;
  readonly answer?: Answer;
}

interface AnswersCase {
  readonly name: string;
  readonly posted?: Plain;
  readonly returned?: Plain;
  readonly method?: "POST" | "PATCH" | "PUT" | "GET";
  readonly path?: string;
  readonly body?: unknown;
  readonly before?: readonly Plain[];
  readonly answer?: Answer;
  readonly objects?: readonly Plain[];
  readonly steps?: readonly Step[];
  readonly quotaStatusAfter?: readonly Plain[];
}

/** Classes and namespaces that recorded requests name. */
const SETTING: readonly Plain[] = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "kube-system" } },
  { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "gold" }, value: 1000 },
  { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "polite" }, value: 900, preemptionPolicy: "Never" },
];

const RECORDED_SERVICE_CIDR = "10.96.0.0/16";
const EPOCH = 1_700_000_000 * SECOND;

export function check(one: AnswersCase): readonly string[] {
  const server = new RecordedServer();
  if (one.steps !== undefined) return checkSteps(server, one);
  if (one.posted !== undefined && one.returned !== undefined) return compareReturned("", server.post(one.posted), one.returned);
  for (const object of one.before ?? []) server.post(object);
  return compareAnswer("", server.request(one), one.answer!);
}

function checkSteps(server: RecordedServer, { name, objects = [], steps = [], quotaStatusAfter }: AnswersCase): readonly string[] {
  server.post({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  server.post({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } });
  for (const object of objects) server.post({ ...object, metadata: { ...(object["metadata"] as Plain), namespace: name } });
  const lines = steps.flatMap(({ posted, returned, answer }, index) => {
    const given = server.post(posted);
    const path = `step ${index + 1}`;
    return returned === undefined ? compareAnswer(path, given, answer!) : compareReturned(path, given, returned);
  });
  if (quotaStatusAfter === undefined) return lines;
  const own = [...server.api.objects.list("ResourceQuota", name)].map((quota) => encode(quota)["status"]);
  return [...lines, ...exactDifferences("quota status", own, quotaStatusAfter)];
}

class RecordedServer {
  private readonly simulation = new Simulation({ seed: "answers" });
  readonly api = new ApiServer({
    simulation: this.simulation,
    epoch: EPOCH,
    latencies: NO_LATENCIES,
    admission: defaultAdmissionPlugins({ serviceAccount: { mustExist: true, mountsToken: true } }),
    services: { serviceCIDRs: [RECORDED_SERVICE_CIDR] },
  });
  private readonly client = this.api.connect({ component: "kubectl", user: "kubernetes-admin", groups: ["system:masters"] });

  constructor() {
    for (const object of SETTING) this.post(object);
  }

  post(manifest: Plain): Result<Plain> {
    return this.decoded(manifest, (object, done) => {
      this.client.create(object as ObjectsByKind[Kind], done);
    });
  }

  request({ method, path = "", body }: AnswersCase): Result<Plain> {
    const { kind: found, namespace, name, subresource } = addressOf(path);
    if (found === undefined) return { ok: false, status: PAGE_NOT_FOUND };
    const target = { kind: found, name, ...(namespace !== undefined && { namespace }) };
    if (method === "GET" && subresource === "") return this.answer((done) => this.client.get(target, done));
    if (method === "POST") return this.post(inNamespace(body as Plain, namespace));
    if (subresource === "scale") return this.scale(target as Target<Scalable>, method, body as Scale);
    if (subresource !== "") return { ok: false, status: { ...PAGE_NOT_FOUND, message: `subresource ${subresource} is not simulated` } };
    if (method === "PUT") {
      const stored = this.api.objects.get(found, namespace, name)!;
      if (typeof body !== "string") return this.decoded(body as Plain, (object, done) => this.client.update(object as never, done));
      // An object with an older resourceVersion: another writer has been there meanwhile.
      this.answer((done) =>
        this.client.patch(target, (object) => ({ ...object, metadata: { ...object.metadata, labels: { touched: "yes" } } }), done),
      );
      return this.answer((done) => this.client.update(stored, done));
    }
    return this.answer((done) =>
      this.client.patch(target, (object) => decode(mergeStrategically(encode(object), body)) as typeof object, done),
    );
  }

  private scale(target: Target<Scalable>, method: AnswersCase["method"], body: Scale): Result<Plain> {
    const { scales } = this.client;
    if (method === "GET") return this.answer((done) => scales.get(target, done));
    if (method === "PUT") return this.answer((done) => scales.update(target, body, done));
    return this.answer((done) => scales.patch(target, (current) => mergeStrategically(current, body) as Scale, done));
  }

  private decoded(manifest: Plain, send: (object: ApiObject, done: (result: Result<ApiObject>) => void) => void): Result<Plain> {
    const { apiVersion, kind: name } = manifest as { readonly apiVersion: string; readonly kind: string };
    try {
      const object = decode(manifest);
      const result = this.answer((done) => {
        send(object, done);
      });
      return result.ok ? { ok: true, object: encode(downgrade(result.object as unknown as ApiObject, apiVersion)) } : result;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const message = `${name} in version ${JSON.stringify(apiVersion.split("/").at(-1))} cannot be handled as a ${name}: ${error.message}`;
      return { ok: false, status: { code: 400, reason: "BadRequest", message } };
    }
  }

  private answer(send: (done: (result: Result<ApiObject>) => void) => void): Result<Plain> {
    let answer: Result<ApiObject> | undefined;
    send((result) => (answer = result));
    this.simulation.run(this.simulation.now + SECOND);
    return answer as unknown as Result<Plain>;
  }
}

const PAGE_NOT_FOUND: ApiStatus = { code: 404, reason: "NotFound", message: "404 page not found\n" };

/** What a path of the API names; the kind is absent where no such API is served. */
function addressOf(path: string): {
  readonly kind: Kind | undefined;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string;
} {
  const [root, ...rest] = path
    .split("?")[0]
    .split("/")
    .filter((part) => part !== "");
  const apiVersion = root === "api" ? rest.shift()! : `${rest.shift()!}/${rest.shift()!}`;
  const namespace = rest[0] === "namespaces" && rest.length > 2 ? rest[1] : undefined;
  const [resource = "", name = "", subresource = ""] = namespace === undefined ? rest : rest.slice(2);
  const info = kindByResourceName(resource);
  const isServed = info !== undefined && (info.apiVersion === apiVersion || info.apiVersion.split("/")[0] === apiVersion.split("/")[0]);
  return { kind: isServed ? info.kind : undefined, namespace, name, subresource };
}

function inNamespace(manifest: Plain, namespace: string | undefined): Plain {
  const metadata = (manifest["metadata"] ?? {}) as Plain;
  const namespaced = kindInfo(manifest["kind"] as string)?.namespaced === true;
  return namespaced && namespace !== undefined ? { ...manifest, metadata: { namespace, ...metadata } } : manifest;
}

function compareAnswer(path: string, given: Result<Plain>, { code, reason, message, details }: Answer): readonly string[] {
  if (given.ok) return [`${path}: accepted, want ${code} ${message}`];
  const { status } = given;
  const own = { code: status.code, message: status.message, ...(reason !== null && { reason: status.reason }) };
  const wanted = { code, message, ...(reason !== null && { reason }) };
  return [
    ...exactDifferences(path, own, wanted),
    ...(details === undefined ? [] : exactDifferences(`${path} details`, detailsOf(status), details)),
  ];
}

/** The details as the wire has them; null where there are none. */
function detailsOf({ details, causes = [], retryAfterSeconds }: ApiStatus): Plain | null {
  const written = causes.map(({ type, message, field }) => ({ reason: type, message, ...(field !== undefined && { field }) }));
  const whole = {
    ...details,
    ...(written.length > 0 && { causes: written }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  return Object.keys(whole).length === 0 ? null : whole;
}

/** Fields of the metadata that recordings leave out. */
const UNRECORDED = ["uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink"];

function compareReturned(path: string, given: Result<Plain>, returned: Plain): readonly string[] {
  if (!given.ok) return [`${path}: refused with ${given.status.message}, want it accepted`];
  const wanted = (returned["metadata"] ?? {}) as Plain;
  const metadata = Object.fromEntries(
    Object.entries((given.object["metadata"] ?? {}) as Plain).filter(([field]) => !UNRECORDED.includes(field) || field in wanted),
  );
  return exactDifferences(path, withPlaceholders({ ...given.object, metadata }, returned), returned);
}

/** Where the recording has a placeholder such as `<random>`, whatever stands in its place is right. */
function withPlaceholders(own: unknown, recorded: unknown): unknown {
  if (typeof recorded === "string" && typeof own === "string" && /<[a-z][^>]*>/i.test(recorded)) {
    const pattern = recorded.split(/<[^>]*>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${pattern.join(".+")}$`).test(own) ? recorded : own;
  }
  // When the recording was made is not to be repeated.
  if (typeof recorded === "string" && typeof own === "string" && TIME.test(recorded) && TIME.test(own)) return recorded;
  if (Array.isArray(recorded) && Array.isArray(own)) return own.map((one, index) => withPlaceholders(one, recorded[index]));
  if (typeof recorded !== "object" || recorded === null || typeof own !== "object" || own === null) {
    return typeof recorded === "string" && /^<[^>]*>$/.test(recorded) && own !== undefined ? recorded : own;
  }
  return Object.fromEntries(Object.entries(own).map(([field, value]) => [field, withPlaceholders(value, (recorded as Plain)[field])]));
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
