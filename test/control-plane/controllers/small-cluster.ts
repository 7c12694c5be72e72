/**
 * A cluster for tests of controllers: the real API server with its permission checks, the real controllers, and stand-ins for scheduler and kubelets.
 *
 * The stand-in kubelet does what annotations of pods say (durations as Go writes them), like the fake kubelets with which
 * recordings of real control planes are made.
 */
import { parseDuration } from "../../../src/api/duration.js";
import { kindInfo, type Kind, type ObjectsByKind } from "../../../src/api/kinds.js";
import type { ApiObject, Condition, Node, Pod } from "../../../src/api/types/index.js";
import { ApiServer } from "../../../src/control-plane/apiserver/api-server.js";
import type { ApiClient, Result, Target } from "../../../src/control-plane/apiserver/client.js";
import { LeaseHeartbeats } from "../../../src/control-plane/apiserver/lease-heartbeats.js";
import { KUBERNETES_RULES } from "../../../src/control-plane/apiserver/object-rules.js";
import { RbacAuthorizer } from "../../../src/control-plane/apiserver/rbac-authorizer.js";
import type { ControllerContextOptions } from "../../../src/control-plane/controllers/controller-context.js";
import { ControllerManager } from "../../../src/control-plane/controllers/controller-manager.js";
import { KUBERNETES_1_36, type ControllerManagerOptions } from "../../../src/control-plane/controllers/options.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { checked } from "../../cluster/checked.js";

export const EPOCH = 1_700_000_000 * SECOND;

export const START = "fake-kubelet/start";
export const READY = "fake-kubelet/ready";
export const STOP = "fake-kubelet/stop";
export const HOLD = "fake-kubelet/hold";
/** Time for which the pod's containers run. */
export const RUN = "fake-kubelet/run";
/** Exit code of the containers after that time. */
export const EXIT = "fake-kubelet/exit";

const LEASE_PERIOD = 10 * SECOND;

export interface RecordedEvent {
  readonly seconds: number;
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly component: string;
}

export class SmallCluster {
  readonly simulation = new Simulation({ seed: "controllers" });
  readonly api: ApiServer;
  readonly heartbeats: LeaseHeartbeats;
  readonly kubectl: ApiClient;
  readonly manager: ControllerManager;
  readonly events: RecordedEvent[] = [];
  private readonly kubelets = new Map<string, { alive: boolean }>();
  private nextNode = 0;
  private nextAddress = 1;

  constructor(
    options: Partial<ControllerManagerOptions> = {},
    given: Pick<ControllerContextOptions, "quotaRules" | "metrics" | "attachTimes"> = {},
  ) {
    this.api = new ApiServer({ simulation: this.simulation, epoch: EPOCH, rules: KUBERNETES_RULES, authorizer: new RbacAuthorizer() });
    this.heartbeats = new LeaseHeartbeats(this.simulation, this.api.links);
    this.kubectl = this.api.connect({ component: "kubectl", user: "kubernetes-admin", groups: ["system:masters"] });
    this.manager = new ControllerManager({
      simulation: this.simulation,
      epoch: EPOCH,
      api: this.api,
      heartbeats: this.heartbeats,
      options: { ...KUBERNETES_1_36, ...options },
      ...given,
    });
    // Of the stand-ins for scheduler and kubelets nothing is expected.
    checked({
      simulation: this.simulation,
      apiServer: this.api,
      isControlPlaneUp: options.controllers === undefined,
      hasDefaultScheduler: false,
      isNodeUp: () => false,
      nodeGroups: { groupOf: () => undefined, lastScaleUp: Number.NEGATIVE_INFINITY, scaleDownDelayAfterAdd: 0 },
      onFault: () => undefined,
    });
    this.api.onCommit((change) => {
      if (change.kind !== "Event") return;
      const event = change.object as ObjectsByKind["Event"];
      const { kind, name } = event.involvedObject;
      this.events.push({
        seconds: this.simulation.now / SECOND,
        object: `${kind} ${name}`,
        type: event.type,
        reason: event.reason,
        message: event.message,
        component: event.source.component,
      });
    });
    this.runPods();
    this.manager.start();
  }

  /** Adds nodes NAME-1 .. NAME-count with live kubelets. */
  addNodes(name: string, count: number, labels: Readonly<Record<string, string>> = {}): void {
    for (let i = 1; i <= count; i++) this.addNode(`${name}-${i}`, labels);
  }

  addNode(name: string, labels: Readonly<Record<string, string>> = {}): void {
    this.kubelets.set(name, { alive: true });
    this.heartbeats.renew(name, this.simulation.now, LEASE_PERIOD);
    const conditions: Condition[] = [readyNode(EPOCH + this.simulation.now)];
    const node: Node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, labels },
      spec: {},
      status: { capacity: { pods: "110" }, conditions },
    };
    this.kubectl.create<"Node">(node);
  }

  stopKubelet(name: string): void {
    this.kubelets.get(name)!.alive = false;
    this.heartbeats.cease(name);
  }

  startKubelet(name: string): void {
    this.kubelets.get(name)!.alive = true;
    this.heartbeats.renew(name, this.simulation.now, LEASE_PERIOD);
    this.kubectl.patchStatus<"Node">({ kind: "Node", name }, (node) => ({
      ...node,
      status: {
        ...node.status,
        conditions: [...(node.status?.conditions ?? []).filter(({ type }) => type !== "Ready"), readyNode(EPOCH + this.simulation.now)],
      },
    }));
    for (const pod of this.list("Pod")) {
      if (pod.spec.nodeName !== name) continue;
      if (pod.metadata.deletionTimestamp !== undefined) this.stopPod(pod);
      else if (pod.status?.phase === "Running") this.setStatus(pod, (status) => ({ ...status }), true);
    }
  }

  /** Creates objects and waits a moment; throws where one is refused. */
  apply(...objects: ApiObject[]): void {
    for (const object of objects) this.kubectl.create(object as ObjectsByKind[Kind], accepted);
  }

  change<K extends Kind>(kind: K, name: string, change: (object: ObjectsByKind[K]) => ObjectsByKind[K], namespace = "default"): void {
    this.kubectl.patch<K>(this.target(kind, name, namespace), change, accepted);
  }

  delete(kind: Kind, name: string, propagationPolicy?: "Background" | "Foreground" | "Orphan", namespace = "default"): void {
    this.kubectl.delete(this.target(kind, name, namespace), propagationPolicy === undefined ? {} : { propagationPolicy }, accepted);
  }

  private target<K extends Kind>(kind: K, name: string, namespace: string): Target<K> {
    return kindInfo(kind)?.namespaced === false ? { kind, name } : { kind, namespace, name };
  }

  /** Runs until that many seconds after the start. */
  runTo(seconds: number): void {
    this.simulation.run(Math.round(seconds * SECOND));
  }

  list<K extends Kind>(kind: K): ObjectsByKind[K][] {
    return [...this.api.objects.list(kind)] as ObjectsByKind[K][];
  }

  get<K extends Kind>(kind: K, name: string, namespace = "default"): ObjectsByKind[K] | undefined {
    return this.list(kind).find(({ metadata }) => metadata.name === name && (metadata.namespace ?? namespace) === namespace);
  }

  eventsOf(reason: string): RecordedEvent[] {
    return this.events.filter((event) => event.reason === reason);
  }

  /** Binds pods to live nodes in turn, and has kubelets start and stop them. */
  private runPods(): void {
    const pods = this.api.informers({ component: "default-scheduler" }).informer("Pod");
    pods.addHandlers({
      added: (pod) => this.podChanged(undefined, pod),
      updated: (previous, pod) => this.podChanged(previous, pod),
    });
  }

  private podChanged(previous: Pod | undefined, pod: Pod): void {
    const { nodeName } = pod.spec;
    if (nodeName === undefined) {
      if (previous === undefined && pod.metadata.deletionTimestamp === undefined) this.schedule(pod);
      return;
    }
    if (previous?.spec.nodeName === undefined) this.startPod(pod);
    if (pod.metadata.deletionTimestamp !== undefined && previous?.metadata.deletionTimestamp === undefined) this.stopPod(pod);
  }

  private schedule(pod: Pod): void {
    const pinned =
      pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0];
    const fit = this.list("Node").filter(
      ({ metadata, spec }) =>
        (pinned === undefined || metadata.name === pinned) &&
        (pinned !== undefined || (spec.taints ?? []).length === 0) &&
        spec.unschedulable !== true,
    );
    if (fit.length === 0) {
      this.simulation.after(SECOND, () => this.schedule(pod));
      return;
    }
    const { namespace, name } = pod.metadata;
    this.kubectl.bind({ kind: "Pod", namespace: namespace!, name }, fit[this.nextNode++ % fit.length].metadata.name);
  }

  private startPod(pod: Pod): void {
    const delay = durationOf(pod, START);
    const ready = pod.metadata.annotations?.[READY] === undefined ? undefined : durationOf(pod, READY);
    this.onKubelet(pod, delay, () => {
      const ip = `10.0.${this.nextAddress >> 8}.${this.nextAddress++ & 255}`;
      const hold = pod.metadata.annotations?.[HOLD] !== undefined;
      this.setStatus(
        pod,
        (status, now) => ({ ...status, phase: "Running", podIP: ip, podIPs: [{ ip }], startTime: now }),
        ready === undefined && !hold,
      );
      if (ready !== undefined && !hold) this.onKubelet(pod, ready, () => this.setStatus(pod, (status) => ({ ...status }), true));
      const run = pod.metadata.annotations?.[RUN];
      if (run !== undefined)
        this.onKubelet(pod, parseDuration(run), () => this.endPod(pod, Number(pod.metadata.annotations?.[EXIT] ?? "0")));
    });
  }

  /** The pod's containers end by themselves. */
  endPod(pod: Pod, exitCode: number): void {
    this.setStatus(
      pod,
      (status, now) => ({
        ...status,
        phase: exitCode === 0 ? "Succeeded" : "Failed",
        containerStatuses: pod.spec.containers.map(({ name, image }) => ({
          name,
          image: image ?? "",
          imageID: "",
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode, finishedAt: now, reason: exitCode === 0 ? "Completed" : "Error" } },
        })),
      }),
      false,
    );
  }

  private stopPod(pod: Pod): void {
    this.onKubelet(pod, durationOf(pod, STOP), () => {
      const ended = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
      if (!ended)
        this.setStatus(pod, (status) => ({ ...status, phase: pod.spec.restartPolicy === "Always" ? "Succeeded" : "Failed" }), false);
      const { namespace, name, uid } = pod.metadata;
      this.kubectl.delete<"Pod">({ kind: "Pod", namespace: namespace!, name, uid: uid! }, { gracePeriodSeconds: 0 });
    });
  }

  private onKubelet(pod: Pod, delay: number, action: () => void): void {
    this.simulation.after(delay, () => {
      if (
        this.kubelets.get(pod.spec.nodeName ?? this.get("Pod", pod.metadata.name, pod.metadata.namespace)?.spec.nodeName ?? "")?.alive ===
        true
      )
        action();
    });
  }

  private setStatus(pod: Pod, change: (status: Pod["status"], now: number) => Pod["status"], ready: boolean): void {
    const { namespace, name, uid } = pod.metadata;
    const now = Math.floor((EPOCH + this.simulation.now) / SECOND) * SECOND;
    this.kubectl.patchStatus<"Pod">({ kind: "Pod", namespace: namespace!, name, uid: uid! }, (current) => {
      if (current.status?.phase === "Succeeded" || current.status?.phase === "Failed") return current;
      const others = (current.status?.conditions ?? []).filter(({ type }) => type !== "Ready");
      return {
        ...current,
        status: {
          ...change(current.status, now),
          conditions: [...others, { type: "Ready", status: ready ? "True" : "False", lastTransitionTime: now }],
        },
      };
    });
  }
}

function accepted(result: Result<unknown>): void {
  if (!result.ok) throw new Error(result.status.message);
}

function durationOf(pod: Pod, annotation: string): number {
  return parseDuration(pod.metadata.annotations?.[annotation] ?? "0");
}

function readyNode(now: number): Condition {
  const second = Math.floor(now / SECOND) * SECOND;
  return {
    type: "Ready",
    status: "True",
    reason: "KubeletReady",
    message: "kubelet is posting ready status",
    lastHeartbeatTime: second,
    lastTransitionTime: second,
  };
}
