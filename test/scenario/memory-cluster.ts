import { isDeepStrictEqual } from "node:util";
import { kindInfo, objectKey, type Kind, type ObjectsByKind } from "../../src/api/kinds.js";
import { labelSelectorMatches } from "../../src/api/selector.js";
import type { ObjectReference } from "../../src/api/types/meta.js";
import type { Pod } from "../../src/api/types/pod.js";
import type { PolicyRule } from "../../src/api/types/policy.js";
import type { Scale } from "../../src/api/types/scale.js";
import type {
  ApiStatus,
  Callback,
  DeleteOptions,
  ListOptions,
  Result,
  Scalable,
  ScaleClient,
  Target,
} from "../../src/control-plane/apiserver/client.js";
import { ApiStatusError } from "../../src/control-plane/apiserver/status-errors.js";
import { MILLISECOND, Simulation } from "../../src/engine/simulation.js";
import type { AccessQuestion } from "../../src/control-plane/apiserver/authorizer.js";
import { parseKubectl } from "../../src/scenario/kubectl/command.js";
import type { CommandResult } from "../../src/scenario/kubectl/command-result.js";
import type { ReadManifests } from "../../src/scenario/kubectl/verb.js";
import type { NodeMetrics, PodMetrics } from "../../src/cluster/metrics/metrics-api.js";
import type { ExecResult, Impersonation, KubectlClient, StopWatching } from "../../src/scenario/simulated-cluster.js";

/** The start of 2026, in microseconds. */
export const EPOCH = Date.UTC(2026, 0, 1) * 1_000;

/** A store that answers each request after a millisecond. It knows no rules of Kubernetes: what goes in comes out. */
export class MemoryCluster implements KubectlClient {
  readonly simulation: Simulation;
  readonly objects = new Map<string, ObjectsByKind[Kind]>();
  /** Every write in order, such as `patch Deployment default/web`. */
  readonly requests: string[] = [];
  readonly deletions: DeleteOptions[] = [];
  readonly commands: (readonly string[])[] = [];
  /** Refuses evictions while it is set. */
  refusal: ApiStatus | undefined;
  /** What metrics-server answers. */
  metrics: { readonly pods: readonly PodMetrics[]; readonly nodes: readonly NodeMetrics[] } = { pods: [], nodes: [] };
  /** Objects that are deleted stay, as those do that somebody holds by a finalizer. */
  keepsDeleted = false;
  readonly identities: Impersonation[] = [];
  readonly questions: AccessQuestion[] = [];
  /** What it answers to questions about permissions. */
  allows = true;
  rules: readonly PolicyRule[] = [];
  readonly scales: ScaleClient = {
    get: (which, done) => this.get(which, (result) => done(result.ok ? accepted(scaleOf(result.object)) : result)),
    update: (which, scale, done) => this.scales.patch(which, () => scale, done),
    patch: (which, change, done) => {
      const edit = <T extends ObjectsByKind[Scalable]>(current: T): T => ({
        ...current,
        spec: { ...current.spec, replicas: change(scaleOf(current)).spec.replicas },
      });
      this.patch(which, edit, (result) => done?.(result.ok ? accepted(scaleOf(result.object)) : result));
    },
  };
  private uid = 0;
  private version = 0;
  private readonly watches = new Set<(key: string, current: ObjectsByKind[Kind] | undefined, last: ObjectsByKind[Kind]) => void>();

  constructor(objects: readonly unknown[] = [], seed = 1) {
    this.simulation = new Simulation({ seed });
    for (const object of objects) this.store(object as ObjectsByKind[Kind]);
  }

  read<K extends Kind>(kind: K, key: string): ObjectsByKind[K] | undefined {
    return this.objects.get(`${kind} ${key}`) as ObjectsByKind[K] | undefined;
  }

  store(object: ObjectsByKind[Kind]): ObjectsByKind[Kind] {
    const metadata = { uid: `uid-${++this.uid}`, ...object.metadata, resourceVersion: String(++this.version) };
    const stored = { ...object, metadata } as ObjectsByKind[Kind];
    const key = `${object.kind} ${objectKey(stored)}`;
    this.objects.set(key, stored);
    this.tell(key, stored, stored);
    return stored;
  }

  /** Takes an object away, as somebody else's deletion does. */
  remove(object: ObjectsByKind[Kind]): void {
    const key = `${object.kind} ${objectKey(object)}`;
    this.objects.delete(key);
    this.tell(key, undefined, object);
  }

  /** Watches are told a millisecond later. */
  private tell(key: string, current: ObjectsByKind[Kind] | undefined, last: ObjectsByKind[Kind]): void {
    if (this.watches.size === 0) return;
    this.simulation.after(MILLISECOND, () => {
      for (const watch of [...this.watches]) watch(key, current, last);
    });
  }

  podMetrics(_: ListOptions, done: (result: Result<readonly PodMetrics[]>) => void): void {
    this.simulation.after(MILLISECOND, () => done({ ok: true, object: this.metrics.pods }));
  }

  nodeMetrics(_: ListOptions, done: (result: Result<readonly NodeMetrics[]>) => void): void {
    this.simulation.after(MILLISECOND, () => done({ ok: true, object: this.metrics.nodes }));
  }

  watch<K extends Kind>(
    { kind, namespace, name }: Target<K>,
    changed: (current: ObjectsByKind[K] | undefined, last: ObjectsByKind[K]) => void,
  ): StopWatching {
    const wanted = `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
    const watch = (key: string, current: ObjectsByKind[Kind] | undefined, last: ObjectsByKind[Kind]): void => {
      if (key === wanted) changed(current as ObjectsByKind[K] | undefined, last as ObjectsByKind[K]);
    };
    this.watches.add(watch);
    return () => this.watches.delete(watch);
  }

  watchAll<K extends Kind>(kind: K, changed: (current: ObjectsByKind[K] | undefined, last: ObjectsByKind[K]) => void): StopWatching {
    const watch = (_: string, current: ObjectsByKind[Kind] | undefined, last: ObjectsByKind[Kind]): void => {
      if (last.kind === kind) changed(current as ObjectsByKind[K] | undefined, last as ObjectsByKind[K]);
    };
    this.watches.add(watch);
    return () => this.watches.delete(watch);
  }

  /** Everybody may do everything here: who asks is noted, and no more. */
  as(identity: Impersonation): KubectlClient {
    this.identities.push(identity);
    return this;
  }

  reviewAccess(question: AccessQuestion, done: (result: Result<{ readonly allowed: boolean }>) => void): void {
    this.questions.push(question);
    this.simulation.after(MILLISECOND, () => done({ ok: true, object: { allowed: this.allows } }));
  }

  reviewRules(_: string, done: (result: Result<readonly PolicyRule[]>) => void): void {
    this.simulation.after(MILLISECOND, () => done({ ok: true, object: this.rules }));
  }

  create<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void {
    this.answer(done, () => {
      this.requests.push(`create ${object.kind} ${objectKey(object)}`);
      const key = `${object.kind} ${objectKey(object)}`;
      if (this.objects.has(key)) return refused(409, "AlreadyExists", `${nameOf(object.kind)} "${object.metadata.name}" already exists`);
      return accepted(
        this.store({ ...object, metadata: { ...object.metadata, creationTimestamp: EPOCH + this.simulation.now } }) as ObjectsByKind[K],
      );
    });
  }

  update<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void {
    this.patch(
      { kind: object.kind as K, ...target(object) },
      (current) => ({ ...object, metadata: { ...object.metadata, uid: current.metadata.uid } }),
      done,
    );
  }

  updateStatus<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void {
    this.update<K>(object, done);
  }

  patch<K extends Kind>(
    which: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    done?: Callback<ObjectsByKind[K]>,
  ): void {
    this.answer(done, () => {
      const found = this.find(which);
      if (!found.ok) return found;
      this.requests.push(`patch ${which.kind} ${objectKey(found.object)}`);
      const changed = change(found.object);
      return isDeepStrictEqual(changed, found.object) ? found : accepted(this.store(changed) as ObjectsByKind[K]);
    });
  }

  patchStatus<K extends Kind>(
    which: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    done?: Callback<ObjectsByKind[K]>,
  ): void {
    this.patch(which, change, done);
  }

  delete<K extends Kind>(which: Target<K>, options: DeleteOptions = {}, done?: Callback<ObjectsByKind[K]>): void {
    this.answer(done, () => {
      const found = this.find(which);
      if (!found.ok) return found;
      this.requests.push(`delete ${which.kind} ${objectKey(found.object)}`);
      this.deletions.push(options);
      if (!this.keepsDeleted) this.remove(found.object);
      return found;
    });
  }

  bind(): void {
    throw new Error("kubectl binds nothing");
  }

  evict(pod: Target<"Pod">, options?: DeleteOptions, done?: Callback<Pod>): void {
    const { refusal } = this;
    if (refusal === undefined) this.delete(pod, options, done);
    else this.answer(done, () => ({ ok: false, status: refusal }));
  }

  get<K extends Kind>(which: Target<K>, done: Callback<ObjectsByKind[K]>): void {
    this.answer(done, () => this.find(which));
  }

  list<K extends Kind>(
    kind: K,
    { namespace, labelSelector }: ListOptions,
    done: (result: Result<readonly ObjectsByKind[K][]>) => void,
  ): void {
    this.simulation.after(MILLISECOND, () => {
      const all = [...this.objects.values()].filter((one) => one.kind === kind) as ObjectsByKind[K][];
      const matches = ({ metadata }: ObjectsByKind[K]) =>
        (namespace === undefined || metadata.namespace === namespace) &&
        (labelSelector === undefined || labelSelectorMatches(labelSelector, metadata.labels));
      done({ ok: true, object: all.filter(matches) });
    });
  }

  recordEvent(regarding: ObjectReference): void {
    this.requests.push(`event ${regarding.kind} ${regarding.name}`);
  }

  exec(pod: Target<"Pod">, container: string | undefined, command: readonly string[], done: (result: ExecResult) => void): void {
    this.commands.push([pod.name, container ?? "", ...command]);
    this.simulation.after(MILLISECOND, () => {
      done({ ok: true, exitCode: command[0] === "kill" ? 0 : 127, stdout: "", stderr: "" });
    });
  }

  /** Runs a command line to its end. */
  kubectl(line: string, readManifests: ReadManifests = () => []): CommandResult {
    let ended: CommandResult | undefined;
    parseKubectl(line, readManifests).run(this, this.simulation, EPOCH, (result) => {
      ended = result;
      this.simulation.stop();
    });
    this.simulation.run();
    if (ended === undefined) throw new Error(`${line} does not end`);
    return ended;
  }

  private find<K extends Kind>({ kind, namespace, name }: Target<K>): Result<ObjectsByKind[K]> {
    const found = this.read(kind, namespace === undefined ? name : `${namespace}/${name}`);
    return found === undefined ? refused(404, "NotFound", `${nameOf(kind)} "${name}" not found`) : accepted(found);
  }

  private answer<T>(done: Callback<T> | undefined, work: () => Result<T>): void {
    this.simulation.after(MILLISECOND, () => {
      done?.(answered(work));
    });
  }
}

/** What the server throws is its answer. */
function answered<T>(work: () => Result<T>): Result<T> {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ApiStatusError)) throw error;
    return { ok: false, status: error.status };
  }
}

function accepted<T>(object: T): Result<T> {
  return { ok: true, object };
}

function refused<T>(code: number, reason: ApiStatus["reason"], message: string): Result<T> {
  return { ok: false, status: { code, reason, message } };
}

/** `deployments.apps`, as the API server names resources in its messages. */
function nameOf(kind: string): string {
  const { resource, apiVersion } = kindInfo(kind)!;
  return apiVersion.includes("/") ? `${resource}.${apiVersion.split("/")[0]}` : resource;
}

function target({ metadata }: ObjectsByKind[Kind]): { name: string; namespace?: string } {
  return { name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) };
}

export function deployment(name: string, change: Record<string, unknown> = {}): unknown {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: `${name}:1`, ports: [{ containerPort: 8080 }] }] } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default", labels },
    spec: { replicas: 3, selector: { matchLabels: labels }, template, ...change },
  };
}

export function node(name: string, labels: Record<string, string> = {}): unknown {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    spec: {},
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
}

export function pod(name: string, change: { readonly metadata?: object; readonly spec?: object; readonly status?: object } = {}): unknown {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", ...change.metadata },
    spec: { containers: [{ name: "main", image: "i" }], ...change.spec },
    status: { phase: "Running", ...change.status },
  };
}

function scaleOf({ metadata, spec }: ObjectsByKind[Scalable]): Scale {
  return {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata,
    spec: { replicas: spec.replicas ?? 1 },
    status: { replicas: 0, selector: "" },
  };
}
