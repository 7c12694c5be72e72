/** The administrator's client: kubectl on a machine outside the cluster. */
import type { Kind, ObjectsByKind } from "../api/kinds.js";
import type { ObjectReference } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { PolicyRule } from "../api/types/policy.js";
import type { AccessQuestion } from "../control-plane/apiserver/authorizer.js";
import type {
  ApiClient,
  ApiServerEndpoint,
  ApiStatus,
  Callback,
  DeleteOptions,
  ListOptions,
  Result,
  ScaleClient,
  Target,
} from "../control-plane/apiserver/client.js";
import { MetricError } from "../control-plane/controllers/podautoscaler/metric-error.js";
import type { Machine } from "../node/machine.js";
import type { Leases } from "./leases.js";
import type { MetricsApi, NodeMetrics, PodMetrics } from "./metrics/metrics-api.js";
import { ObjectWatches, type StopWatching } from "./object-watches.js";
import { OUTSIDE } from "./reachability.js";

export type ExecResult =
  | { readonly ok: true; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly ok: false; readonly status: ApiStatus };

/** The shell's exit code for a command that it does not find. Source: POSIX.1-2024, Shell Command Language, 2.8.2 */
const COMMAND_NOT_FOUND = 127;

/** Who asks, and whether it is only asked what would be. */
interface Identity {
  readonly component: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly host: string;
  readonly dryRun?: boolean;
}

/** Where the administrator connects, and asks what is permitted. */
export interface AdministratorEndpoint extends ApiServerEndpoint {
  allows(who: { readonly user: string; readonly groups: readonly string[] }, question: AccessQuestion): boolean;
  rulesOf(who: { readonly user: string; readonly groups: readonly string[] }, namespace: string): readonly PolicyRule[];
}

/** User and group of kubeadm's admin.conf. Source: https://kubernetes.io/docs/setup/best-practices/certificates/ */
const ADMINISTRATOR: Identity = {
  component: "kubectl",
  user: "kubernetes-admin",
  groups: ["system:masters", "system:authenticated"],
  host: OUTSIDE,
};

/** Port of the kubelet's API. Source: https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
const KUBELET_PORT = 10_250;

export class Administrator implements ApiClient {
  private readonly client: ApiClient;
  private readonly watches: ObjectWatches;

  constructor(
    private readonly endpoint: AdministratorEndpoint,
    private readonly machines: ReadonlyMap<string, Machine>,
    private readonly isReachable: (node: string) => boolean,
    private readonly metrics: MetricsApi,
    private readonly leases: Leases,
    private readonly identity: Identity = ADMINISTRATOR,
  ) {
    this.client = endpoint.connect(identity);
    this.watches = new ObjectWatches(endpoint.informers(identity));
  }

  /** The same machine with the permissions of somebody else, or with requests that change nothing. */
  as({
    user,
    groups = [],
    dryRun = false,
  }: {
    readonly user?: string;
    readonly groups?: readonly string[];
    readonly dryRun?: boolean;
  }): Administrator {
    const { endpoint, machines, isReachable, metrics, leases } = this;
    const impersonated = user === undefined ? this.identity : { ...this.identity, user, groups };
    return new Administrator(endpoint, machines, isReachable, metrics, leases, { ...impersonated, dryRun });
  }

  /** Whether the client may do something. */
  reviewAccess(question: AccessQuestion, done: (result: Result<{ readonly allowed: boolean }>) => void): void {
    this.afterRequest(() => ({ allowed: this.endpoint.allows(this.identity, question) }), done);
  }

  /** What the client may do in a namespace. */
  reviewRules(namespace: string, done: (result: Result<readonly PolicyRule[]>) => void): void {
    this.afterRequest(() => this.endpoint.rulesOf(this.identity, namespace), done);
  }

  /** A review travels, and fails to, as a small request does, whether or not that one is permitted. */
  private afterRequest<T>(review: () => T, done: (result: Result<T>) => void): void {
    this.client.get({ kind: "Namespace", name: "default" }, (answer) => {
      const isAnswered = answer.ok || answer.status.reason === "Forbidden" || answer.status.reason === "NotFound";
      done(isAnswered ? { ok: true, object: review() } : { ok: false, status: answer.status });
    });
  }

  get scales(): ScaleClient {
    return this.client.scales;
  }

  create<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void {
    this.client.create<K>(object, done);
  }

  update<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void {
    this.client.update<K>(object, done);
  }

  updateStatus<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void {
    this.client.updateStatus<K>(object, done);
  }

  patch<K extends Kind>(
    target: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    done?: Callback<ObjectsByKind[K]>,
  ): void {
    this.client.patch(target, change, done);
  }

  patchStatus<K extends Kind>(
    target: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    done?: Callback<ObjectsByKind[K]>,
  ): void {
    this.client.patchStatus(target, change, done);
  }

  delete<K extends Kind>(target: Target<K>, options?: DeleteOptions, done?: Callback<ObjectsByKind[K]>): void {
    this.client.delete(target, options, done);
  }

  bind(pod: Target<"Pod">, nodeName: string, done?: Callback<Pod>): void {
    this.client.bind(pod, nodeName, done);
  }

  evict(pod: Target<"Pod">, options?: DeleteOptions, done?: Callback<Pod>): void {
    this.client.evict(pod, options, done);
  }

  get<K extends Kind>(target: Target<K>, done: Callback<ObjectsByKind[K]>): void {
    if (target.kind !== "Lease") {
      this.client.get(target, done);
      return;
    }
    this.client.get(target, (result) => {
      const held = result.ok ? undefined : this.leases.list(target.namespace).find(({ metadata }) => metadata.name === target.name);
      done(held === undefined ? result : { ok: true, object: held as ObjectsByKind[K] });
    });
  }

  list<K extends Kind>(kind: K, options: ListOptions, done: (result: Result<readonly ObjectsByKind[K][]>) => void): void {
    if (kind !== "Lease" || options.labelSelector !== undefined) {
      this.client.list(kind, options, done);
      return;
    }
    this.client.list(kind, options, (result) => {
      done(
        result.ok
          ? { ok: true, object: [...result.object, ...(this.leases.list(options.namespace) as readonly ObjectsByKind[K][])] }
          : result,
      );
    });
  }

  recordEvent(regarding: ObjectReference, type: "Normal" | "Warning", reason: string, message: string): void {
    this.client.recordEvent(regarding, type, reason, message);
  }

  /** What metrics-server has measured of the pods that a list finds. Fails with NotFound where there is none. */
  podMetrics(options: ListOptions, done: (result: Result<readonly PodMetrics[]>) => void): void {
    this.client.list("Pod", options, (pods) => {
      done(pods.ok ? measured(() => this.metrics.ofPods(pods.object)) : pods);
    });
  }

  /** What metrics-server has measured of the nodes that a list finds. Fails with NotFound where there is none. */
  nodeMetrics(options: ListOptions, done: (result: Result<readonly NodeMetrics[]>) => void): void {
    this.client.list("Node", options, (nodes) => {
      if (!nodes.ok) {
        done(nodes);
        return;
      }
      this.client.list("Pod", {}, (pods) => {
        done(pods.ok ? measured(() => this.metrics.ofNodes(nodes.object, pods.object)) : pods);
      });
    });
  }

  /** Tells of each change of an object from now on, until the function that is returned is called. */
  watch<K extends Kind>(target: Target<K>, changed: (current: ObjectsByKind[K] | undefined, last: ObjectsByKind[K]) => void): StopWatching {
    return this.watches.watch(target, changed);
  }

  /** The same of all objects of a kind. */
  watchAll<K extends Kind>(kind: K, changed: (current: ObjectsByKind[K] | undefined, last: ObjectsByKind[K]) => void): StopWatching {
    return this.watches.watchAll(kind, changed);
  }

  /**
   * Runs a command in a container, the pod's first where none is named. The one command with an effect is `kill [-SIGNAL] PID`.
   * The request passes through the API server to the kubelet of the pod's node.
   */
  exec(pod: Target<"Pod">, container: string | undefined, command: readonly string[], done: (result: ExecResult) => void): void {
    this.client.get(pod, (result) => {
      done(result.ok ? this.execIn(result.object, container, command) : { ok: false, status: result.status });
    });
  }

  private execIn(pod: Pod, container: string | undefined, command: readonly string[]): ExecResult {
    const { name, namespace } = pod.metadata;
    const names = pod.spec.containers.map((one) => one.name);
    if (container !== undefined && !names.includes(container)) {
      return failure(400, "BadRequest", `container ${container} is not valid for pod ${name}`);
    }
    const { nodeName } = pod.spec;
    if (nodeName === undefined) return failure(400, "BadRequest", `pod ${name} does not have a host assigned`);
    const machine = this.machines.get(nodeName);
    if (machine === undefined || !machine.powered || !machine.kubelet.running || !this.isReachable(nodeName)) {
      const address = pod.status?.hostIP ?? nodeName;
      return failure(500, "InternalError", `error dialing backend: dial tcp ${address}:${KUBELET_PORT}: connect: connection refused`);
    }
    const words = withoutShell(command);
    if (words[0] !== "kill") return { ok: true, exitCode: COMMAND_NOT_FOUND, stdout: "", stderr: `${words[0] ?? ""}: not found` };
    const pid = words.at(-1);
    if (pid !== MAIN_PROCESS) return { ok: true, exitCode: 1, stdout: "", stderr: `kill: (${pid ?? ""}) - No such process` };
    const killed = machine.killProcess({ kind: "Pod", name, ...(namespace !== undefined && { namespace }) }, container ?? names[0]);
    if (!killed)
      return failure(500, "InternalError", `unable to upgrade connection: container not found ("${container ?? names[0] ?? ""}")`);
    return { ok: true, exitCode: 0, stdout: "", stderr: "" };
  }
}

const MAIN_PROCESS = "1";
const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "ash", "dash"]);

/** The words that a shell is given by `sh -c TEXT`; other commands as they are. */
function withoutShell(command: readonly string[]): readonly string[] {
  const [shell = "", option, text] = command;
  const isShell = SHELLS.has(shell.slice(shell.lastIndexOf("/") + 1)) && option === "-c" && text !== undefined;
  return isShell ? text.trim().split(/\s+/) : command;
}

/** Without metrics-server nobody serves metrics.k8s.io. */
function measured<T>(measure: () => T): Result<T> {
  try {
    return { ok: true, object: measure() };
  } catch (error) {
    if (!(error instanceof MetricError)) throw error;
    return { ok: false, status: { code: 404, reason: "NotFound", message: "the server could not find the requested resource" } };
  }
}

function failure(code: number, reason: ApiStatus["reason"], message: string): ExecResult {
  return { ok: false, status: { code, reason, message } };
}
