/**
 * A stand-in for the kubelet that runs nothing: pods become Running, Ready and gone after delays that their annotations name.
 *
 * Recordings of real control planes are made with such stand-ins; this one behaves as theirs, so that a simulated control plane can be
 * compared with them.
 */
import { parseDuration } from "../../api/duration.js";
import { hasEnded } from "../../api/pod-phase.js";
import type { Pod, PodStatus } from "../../api/types/pod.js";
import type { ApiClient, Informer, Target } from "../../control-plane/apiserver/client.js";
import { SECOND, type EventId, type SimTime } from "../../engine/simulation.js";
import { wholeSeconds } from "../containers/container-record.js";
import { runningStatus, stoppedStatus } from "./fake-pod-status.js";
import { onRenewalsChange } from "../status/heartbeat-watch.js";
import type { NodeAgent, NodeAgentOptions } from "../node-agent.js";
import { conditionsDiffer, newNode, NO_PRESSURE, nodeStatus } from "../status/node-object.js";

/** Durations as Go writes them; absent: at once. */
export const FAKE_KUBELET_ANNOTATIONS = {
  /** From the binding until the pod is Running. */
  start: "fake-kubelet/start",
  /** From when the pod is known to be Running until Ready; absent: both in one update. */
  ready: "fake-kubelet/ready",
  /** From the deletion until the pod has stopped. */
  stop: "fake-kubelet/stop",
  /** Present: others write readiness. */
  hold: "fake-kubelet/hold",
  /** Of a node: from its registration until it is Ready. */
  join: "fake-kubelet/join",
} as const;

/** Leases are renewed each 10.0 to 10.4 s (a quarter of 40 s, with up to 4 % of jitter). */
const RENEW_PERIOD: SimTime = 10 * SECOND;
const RENEW_JITTER = 0.04;

type Stage = "starting" | "started" | "ready" | "stopping" | "stopped";

interface Known {
  pod: Pod;
  stage: Stage;
  event: EventId | undefined;
}

export interface FakeKubeletOptions extends NodeAgentOptions {
  /** The process' own time between seeing a pod bound and reporting it Running, microseconds, beside what annotations say. */
  readonly startDuration: () => SimTime;
}

export class FakeKubelet implements NodeAgent {
  running = false;
  private joined = false;
  private serving = false;
  private readonly client: ApiClient;
  private readonly pods: Informer<Pod>;
  private readonly known = new Map<string, Known>();
  private readonly name: string;
  private readonly period: SimTime;

  constructor(private readonly options: FakeKubeletOptions) {
    const { simulation, endpoint, identity, heartbeats } = options;
    this.name = identity.name;
    this.period = Math.round(RENEW_PERIOD * (1 + RENEW_JITTER * simulation.stream(`fake-kubelet/${this.name}/renew`).uniform()));
    this.client = endpoint.connect({ component: "kubelet", user: `system:node:${this.name}`, groups: ["system:nodes"], host: this.name });
    this.pods = endpoint.informers({ component: "kubelet", host: this.name, podsOfNode: this.name }).informer("Pod");
    this.pods.addHandlers({
      added: (pod) => this.see(pod),
      updated: (_previous, pod) => this.see(pod),
      deleted: (pod) => this.forget(pod),
    });
    onRenewalsChange(heartbeats, this.name, () => {
      if (this.joined && this.running && heartbeats.isRenewing(this.name)) this.reviseNode();
    });
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    const { simulation, identity, epoch, heartbeats } = this.options;
    const registered = newNode(identity, [], wholeSeconds(epoch, simulation.now));
    this.client.create<"Node">({ ...registered, status: { ...registered.status, conditions: [] } }, (result) => {
      if (result.ok) {
        this.joinLater();
        this.serve();
      } else this.join(() => this.serve());
    });
    heartbeats.renew(this.name, simulation.now, this.period);
  }

  /** Pods are looked after when the node has said how it is. */
  private serve(): void {
    if (!this.running || this.serving) return;
    this.serving = true;
    for (const pod of this.pods.list()) this.see(pod);
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    this.serving = false;
    this.options.heartbeats.cease(this.name);
    for (const { event } of this.known.values()) if (event !== undefined) this.options.simulation.cancel(event);
    this.known.clear();
  }

  losePower(): void {
    // Nothing runs here that could be lost.
  }

  imagesChanged(): void {
    // It pulls none.
  }

  killProcess(): boolean {
    return false;
  }

  /** A new node says that it is Ready when it has joined. */
  private joinLater(): void {
    const text = this.options.identity.annotations[FAKE_KUBELET_ANNOTATIONS.join];
    if (text === undefined) this.join();
    else this.options.simulation.after(parseDuration(text), () => this.join());
  }

  private join(done?: () => void): void {
    this.joined = true;
    this.reviseNode(done);
  }

  /** A node that the control plane took for dead is Ready at once when its process is back. */
  private reviseNode(done?: () => void): void {
    const { identity, simulation, epoch } = this.options;
    this.client.get<"Node">({ kind: "Node", name: this.name }, (stored) => {
      if (!this.running || !stored.ok || !conditionsDiffer(stored.object.status?.conditions, NO_PRESSURE)) {
        done?.();
        return;
      }
      this.client.patchStatus<"Node">(
        { kind: "Node", name: this.name },
        (node) => ({ ...node, status: nodeStatus(identity, node.status, NO_PRESSURE, [], wholeSeconds(epoch, simulation.now)) }),
        () => done?.(),
      );
    });
  }

  private see(pod: Pod): void {
    if (!this.serving) return;
    const uid = pod.metadata.uid ?? "";
    let known = this.known.get(uid);
    if (known === undefined) {
      known = { pod, stage: stageOf(pod), event: undefined };
      this.known.set(uid, known);
      if (known.stage === "starting")
        this.after(known, FAKE_KUBELET_ANNOTATIONS.start, () => this.run(known!), this.options.startDuration());
      else if (known.stage === "started" && pod.metadata.deletionTimestamp === undefined) this.becomeReadyLater(known);
    }
    known.pod = pod;
    if (pod.metadata.deletionTimestamp === undefined || known.stage === "stopping" || known.stage === "stopped") {
      if (known.stage !== "stopped" && known.stage !== "stopping" && hasEnded(pod)) this.end(known);
      return;
    }
    this.end(known);
    known.stage = "stopping";
    this.after(known, FAKE_KUBELET_ANNOTATIONS.stop, () => this.finish(known));
  }

  /** Whatever was planned for the pod's running no longer holds. */
  private end(known: Known): void {
    if (known.event !== undefined) this.options.simulation.cancel(known.event);
    known.event = undefined;
  }

  private forget(pod: Pod): void {
    const known = this.known.get(pod.metadata.uid ?? "");
    if (known === undefined) return;
    this.end(known);
    this.known.delete(pod.metadata.uid ?? "");
  }

  private run(known: Known): void {
    const annotations = known.pod.metadata.annotations ?? {};
    const waits = annotations[FAKE_KUBELET_ANNOTATIONS.ready] !== undefined || annotations[FAKE_KUBELET_ANNOTATIONS.hold] !== undefined;
    known.stage = waits ? "started" : "ready";
    this.patch(
      known.pod,
      (pod) => this.runningStatus(pod, !waits),
      () => {
        if (waits && known.stage === "started") this.becomeReadyLater(known);
      },
    );
  }

  private becomeReadyLater(known: Known): void {
    const annotations = known.pod.metadata.annotations ?? {};
    if (annotations[FAKE_KUBELET_ANNOTATIONS.hold] !== undefined) return;
    this.after(known, FAKE_KUBELET_ANNOTATIONS.ready, () => {
      known.stage = "ready";
      this.patch(known.pod, (pod) => this.runningStatus(pod, true));
    });
  }

  private finish(known: Known): void {
    known.stage = "stopped";
    const { pod } = known;
    const uid = pod.metadata.uid;
    const remove = (): void =>
      this.client.delete(targetOf(pod), { gracePeriodSeconds: 0, ...(uid !== undefined && { preconditions: { uid } }) });
    if (hasEnded(pod)) remove();
    else this.patch(pod, (current) => this.stoppedStatus(current), remove);
  }

  private after(known: Known, annotation: string, action: () => void, own: SimTime = 0): void {
    const text = known.pod.metadata.annotations?.[annotation];
    const delay = own + (text === undefined ? 0 : parseDuration(text));
    if (delay === 0) {
      action();
      return;
    }
    known.event = this.options.simulation.after(delay, () => {
      known.event = undefined;
      action();
    });
  }

  private patch(pod: Pod, status: (current: Pod) => PodStatus, done?: () => void): void {
    this.client.patchStatus<"Pod">(
      targetOf(pod),
      (current) => ({ ...current, status: status(current) }),
      (result) => {
        if (result.ok) done?.();
      },
    );
  }

  private runningStatus(pod: Pod, ready: boolean): PodStatus {
    const { identity, epoch, simulation, network } = this.options;
    let podIP = pod.status?.podIP;
    if (podIP === undefined && pod.spec.hostNetwork !== true) {
      const setUp = network.setUp(pod, this.name);
      podIP = setUp.ok ? setUp.addresses[0] : undefined;
    }
    if (ready) network.listening(pod, true);
    return runningStatus(pod, { ready, hostIP: identity.addresses[0], podIP, now: wholeSeconds(epoch, simulation.now) });
  }

  private stoppedStatus(pod: Pod): PodStatus {
    const { epoch, simulation, network } = this.options;
    if (pod.status?.podIP !== undefined && pod.spec.hostNetwork !== true) network.tearDown(pod, this.name);
    return stoppedStatus(pod, wholeSeconds(epoch, simulation.now));
  }
}

function targetOf({ metadata: { namespace, name, uid } }: Pod): Target<"Pod"> {
  return { kind: "Pod", name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) };
}

/** Where a pod stands that this process sees for the first time. */
function stageOf(pod: Pod): Stage {
  if (hasEnded(pod)) return "ready";
  if (pod.status?.phase !== "Running") return "starting";
  return pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true ? "ready" : "started";
}
