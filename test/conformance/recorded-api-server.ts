/** An API server with which recorded requests are repeated: what is sent by HTTP, sent by path, verb and body. */
import { encode, encodeAs } from "../../src/api/encode.js";
import { kindInfo, type Kind, type ObjectsByKind } from "../../src/api/kinds.js";
import { structOf } from "../../src/api/schema/descriptor.js";
import type { ApiObject } from "../../src/api/types/meta.js";
import type { Scale } from "../../src/api/types/scale.js";
import { downgrade } from "../../src/api/versions.js";
import { defaultAdmissionPlugins } from "../../src/control-plane/apiserver/admission/default-plugins.js";
import { matchesScopes, QUOTA_KINDS, usageOf } from "../../src/control-plane/apiserver/admission/quota-usage.js";
import { ApiServer } from "../../src/control-plane/apiserver/api-server.js";
import type { ApiClient, ApiStatus, Callback, DeleteOptions, Result, Scalable, Target } from "../../src/control-plane/apiserver/client.js";
import { NO_LATENCIES } from "../../src/control-plane/apiserver/latencies.js";
import { LeaseHeartbeats } from "../../src/control-plane/apiserver/lease-heartbeats.js";
import { patchedObject } from "../../src/control-plane/apiserver/patch-document.js";
import { ApiStatusError, badRequest } from "../../src/control-plane/apiserver/status-errors.js";
import { ControllerManager } from "../../src/control-plane/controllers/controller-manager.js";
import { KUBERNETES_1_36 } from "../../src/control-plane/controllers/options.js";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { ADDRESS_UNKNOWN, type Address, addressOf, METHOD_NOT_ALLOWED, PAGE_NOT_FOUND } from "./request-address.js";
import { bindingOf, inNamespace, named, readBody } from "./request-body.js";
import { checkOptions, deleteOptionsOf } from "./request-options.js";
import { patchDocumentOf } from "./request-patch.js";

export type Plain = Readonly<Record<string, unknown>>;

/** A request as recordings have it. */
export interface RecordedRequest {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  /** Content type of the body; without one a patch is a strategic merge, or a JSON patch where it is a list. */
  readonly contentType?: string;
}

/** Classes and accounts that recorded requests name. */
const SETTING: readonly Plain[] = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "kube-system" } },
  { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "gold" }, value: 1000 },
  { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "polite" }, value: 900, preemptionPolicy: "Never" },
];

const RECORDED_SERVICE_CIDR = "10.96.0.0/16";
const EPOCH = 1_700_000_000 * SECOND;

/** Seconds. */
const LONGEST_WAIT = 300;

type Send = (done: Callback<ApiObject>) => void;

export class RecordedApiServer {
  private readonly simulation = new Simulation({ seed: "answers" });
  readonly api = new ApiServer({
    simulation: this.simulation,
    epoch: EPOCH,
    latencies: NO_LATENCIES,
    admission: defaultAdmissionPlugins({ serviceAccount: { mustExist: true, mountsToken: true } }),
    services: { serviceCIDRs: [RECORDED_SERVICE_CIDR] },
  });
  private readonly clients: Readonly<Record<"real" | "rehearsing", ApiClient>>;

  constructor() {
    const connect = (dryRun: boolean): ApiClient =>
      this.api.connect({ component: "kubectl", user: "kubernetes-admin", groups: ["system:masters"], dryRun });
    this.clients = { real: connect(false), rehearsing: connect(true) };
    for (const object of SETTING) this.post(object);
  }

  /** Has what is there counted against its quotas, as the controller of quotas did before anything was posted to a recorded namespace. */
  countQuotas(): void {
    new ControllerManager({
      simulation: this.simulation,
      epoch: EPOCH,
      api: this.api,
      heartbeats: new LeaseHeartbeats(this.simulation, this.api.links),
      options: { ...KUBERNETES_1_36, controllers: ["resourcequota-controller"] },
      quotaRules: { kinds: QUOTA_KINDS, usageOf, matchesScopes },
    }).start();
    this.simulation.run(this.simulation.now + SECOND);
  }

  /** Creates an object where it says itself that it belongs. */
  post(manifest: Plain): Result<Plain> {
    const { apiVersion, kind, metadata } = manifest as { apiVersion: string; kind: string; metadata?: { namespace?: string } };
    const info = kindInfo(kind);
    if (info === undefined) return { ok: false, status: ADDRESS_UNKNOWN };
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const place = info.namespaced ? `/namespaces/${metadata?.namespace ?? "default"}` : "";
    return this.request({ method: "POST", path: `${root}${place}/${info.resource}?fieldValidation=Strict`, body: manifest });
  }

  /** What stood before a request: objects, or requests where they are not just created. */
  prepare(before: Plain): Result<Plain> {
    return typeof before["method"] === "string" ? this.request(before) : this.post(before);
  }

  request(request: RecordedRequest): Result<Plain> {
    const address = addressOf(request.path ?? "");
    if (address === undefined) return { ok: false, status: PAGE_NOT_FOUND };
    if (address === "unknown resource") return { ok: false, status: ADDRESS_UNKNOWN };
    const method = request.method ?? "GET";
    if (!address.methods.includes(method)) return { ok: false, status: METHOD_NOT_ALLOWED };
    try {
      const answer = this.answer(this.sending(method, address, request));
      return answer.ok ? { ok: true, object: encoded(answer.object, address) } : answer;
    } catch (error) {
      if (error instanceof ApiStatusError) return { ok: false, status: error.status };
      throw error;
    }
  }

  /** @throws ApiStatusError for what is refused before anything of the cluster is looked at */
  private sending(method: string, address: Address, request: RecordedRequest): Send {
    checkOptions(method, address.query);
    const client = this.clients[address.query.get("dryRun") === "All" ? "rehearsing" : "real"];
    const { kind, namespace, name, subresource } = address;
    const target: Target = { kind, name, ...(namespace !== undefined && { namespace }) };
    switch (method) {
      case "GET":
        if (subresource === "scale") return (done) => client.scales.get(target as Target<Scalable>, done);
        if (name !== "") return (done) => client.get(target, done);
        return (done) =>
          client.list(kind, namespace === undefined ? {} : { namespace }, (found) =>
            done(found.ok ? { ok: true, object: { apiVersion: "v1", kind: "List", metadata: { name: "" } } } : found),
          );
      case "DELETE": {
        const options = deleteOptionsOf(address.query, request.body);
        return (done) => client.delete(target, options, done);
      }
      case "POST":
        return this.creating(client, target, address, request.body);
      case "PUT":
        return this.updating(client, target, address, request.body);
      default:
        return patching(client, target, address, request);
    }
  }

  private creating(client: ApiClient, target: Target, address: Address, body: unknown): Send {
    const pod = target as Target<"Pod">;
    switch (address.subresource) {
      case "binding": {
        const { uid, nodeName } = bindingOf(body, pod.name);
        return (done) => client.bind({ ...pod, ...(uid !== undefined && { uid }) }, nodeName, done);
      }
      case "eviction": {
        const { metadata, deleteOptions } = body as { metadata?: { name?: string }; deleteOptions?: DeleteOptions };
        if (metadata?.name !== pod.name) throw badRequest("name in URL does not match name in Eviction object");
        return (done) => client.evict(pod, deleteOptions, done);
      }
      default: {
        const object = inNamespace(readBody(body, address), address);
        return (done) => client.create(object as ObjectsByKind[Kind], done);
      }
    }
  }

  private updating(client: ApiClient, target: Target, address: Address, body: unknown): Send {
    if (address.subresource === "scale") {
      const scale = inNamespace(readBody(body, address), address) as Scale;
      return (done) => client.scales.update(target as Target<Scalable>, scale, done);
    }
    const object = typeof body === "string" ? this.outdated(client, target) : named(inNamespace(readBody(body, address), address), address);
    if (address.subresource === "status") return (done) => client.updateStatus(object as never, done);
    return (done) => client.update(object as never, done);
  }

  /** The stored object, of which another writer has made a newer version since it was read. */
  private outdated(client: ApiClient, target: Target): ApiObject {
    const stored = this.api.objects.get(target.kind, target.namespace, target.name)!;
    this.answer((done) =>
      client.patch(target, (object) => ({ ...object, metadata: { ...object.metadata, labels: { touched: "yes" } } }), done),
    );
    return stored;
  }

  private answer(send: Send): Result<ApiObject> {
    let answer: Result<ApiObject> | undefined;
    send((result) => (answer = result));
    // Where the server asks for a later try the client makes it, and gives up in the end.
    for (let seconds = 0; seconds < LONGEST_WAIT && answer === undefined; seconds++) this.simulation.run(this.simulation.now + SECOND);
    return answer!;
  }
}

function patching(client: ApiClient, target: Target, address: Address, request: RecordedRequest): Send {
  const document = patchDocumentOf(request, address.query);
  const edit = <T extends ApiObject>(current: T): T => patchedObject(current, document, () => undefined);
  switch (address.subresource) {
    case "scale":
      return (done) => client.scales.patch(target as Target<Scalable>, edit, done);
    case "status":
      return (done) => client.patchStatus(target, edit, done);
    default:
      return (done) => client.patch(target, edit, done);
  }
}

function encoded(object: ApiObject, { expected, subresource }: Address): Plain {
  const { kind } = object as { readonly kind: string };
  if (subresource === "scale" || kind === "Scale") return encodeAs(structOf("Scale"), object);
  return kindInfo(kind) === undefined ? { ...object } : encode(downgrade(object, expected.apiVersion));
}

export type { ApiStatus };
