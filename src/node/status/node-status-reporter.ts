/**
 * Registers the node and keeps the status of its object true.
 *
 * Source: pkg/kubelet/kubelet_node_status.go. A node is registered once in the life of the kubelet's process: one that is deleted
 * meanwhile comes back with the next process (registrationCompleted).
 */
import type { Timestamp } from "../../api/types/meta.js";
import type { Node } from "../../api/types/node.js";
import { type ApiClient, FROM_CACHE, type Result } from "../../control-plane/apiserver/client.js";
import type { RandomStream } from "../../engine/random.js";
import { MILLISECOND, SECOND, type EventId, type SimTime, type Simulation } from "../../engine/simulation.js";
import { wholeSeconds } from "../containers/container-record.js";
import type { KubeletEvents } from "../kubelet-events.js";
import {
  conditionsDiffer,
  listedImages,
  newNode,
  NO_PRESSURE,
  nodeLabels,
  nodeStatus,
  type NodeIdentity,
  type NodePressures,
} from "./node-object.js";
import { ALLOCATABLE_ENFORCED, conditionEvents, rebooted, STARTING, statusMessage } from "./node-status-events.js";
import type { KubeletSettings } from "../settings.js";
import type { VolumesInUse } from "../pod/volume-manager.js";

/** The images on the machine, as a node's status lists them. */
interface Images {
  readonly present: Parameters<typeof listedImages>[0];
}

/** First and longest wait before another try to register (registerWithAPIServer). */
const INITIAL_STEP: SimTime = 100 * MILLISECOND;
const LONGEST_STEP: SimTime = 7 * SECOND;

export class NodeStatusReporter implements VolumesInUse {
  private running = false;
  private pressures: NodePressures = NO_PRESSURE;
  private event: EventId | undefined;
  private registering: EventId | undefined;
  private wasUnschedulable = false;
  private known: Node;
  /** Pods that use each volume. */
  private readonly users = new Map<string, number>();
  private readonly awaitingReport = new Map<string, (() => void)[]>();

  constructor(
    private readonly simulation: Simulation,
    private readonly epoch: Timestamp,
    private readonly identity: NodeIdentity,
    private readonly settings: KubeletSettings,
    private readonly client: ApiClient,
    private readonly images: Images,
    private readonly phases: RandomStream,
    private readonly events: KubeletEvents,
    private readonly bootID: () => string,
  ) {
    this.known = newNode(identity, [], wholeSeconds(epoch, 0));
  }

  /** The node's object as the kubelet saw it last. */
  get node(): Node {
    return this.known;
  }

  /** @param isRunningOn the process is not a new one */
  start(isRunningOn: boolean): void {
    this.running = true;
    this.pressures = NO_PRESSURE;
    this.wasUnschedulable = false;
    if (!isRunningOn) for (const { reason, message } of [STARTING, ALLOCATABLE_ENFORCED]) this.events.node("Normal", reason, message);
    this.register(INITIAL_STEP);
  }

  stop(): void {
    this.running = false;
    for (const event of [this.event, this.registering]) if (event !== undefined) this.simulation.cancel(event);
    this.event = this.registering = undefined;
  }

  /** The API server shows the node otherwise than before. */
  nodeChanged(previous: Node | undefined, node: Node): void {
    if (!this.running) return;
    if (previous === undefined || previous.spec.unschedulable !== node.spec.unschedulable) this.reviseSoon();
  }

  pressuresChanged(pressures: NodePressures): void {
    this.pressures = pressures;
    this.revise();
  }

  use(volume: string, reported: () => void): void {
    this.users.set(volume, (this.users.get(volume) ?? 0) + 1);
    if (this.known.status?.volumesInUse?.includes(volume) === true) {
      reported();
      return;
    }
    const waiting = this.awaitingReport.get(volume);
    if (waiting === undefined) this.awaitingReport.set(volume, [reported]);
    else waiting.push(reported);
    this.reviseSoon();
  }

  release(volume: string): void {
    const left = (this.users.get(volume) ?? 1) - 1;
    if (left > 0) {
      this.users.set(volume, left);
      return;
    }
    this.users.delete(volume);
    this.awaitingReport.delete(volume);
    this.reviseSoon();
  }

  isAttached(volume: string, answer: (attached: boolean) => void): void {
    this.client.get<"Node">({ kind: "Node", name: this.identity.name }, (node) =>
      answer(node.ok && node.object.status?.volumesAttached?.some(({ name }) => name === volume) === true),
    );
  }

  /** The kubelet computes its status each nodeStatusUpdateFrequency; only a time at which it would write needs an event. */
  reviseSoon(): void {
    if (!this.running || this.event !== undefined) return;
    const delay = this.phases.integer(this.settings.nodeStatusUpdateFrequency);
    this.event = this.simulation.after(delay, () => {
      this.event = undefined;
      this.revise();
    });
  }

  private register(step: SimTime): void {
    const now = wholeSeconds(this.epoch, this.simulation.now);
    this.known = newNode(this.identity, listedImages(this.images.present), now, this.bootID());
    this.client.create<"Node">(this.known, (result) => {
      if (!this.running) return;
      if (result.ok) {
        this.known = result.object;
        for (const reason of conditionEvents(undefined, this.pressures)) this.tell(reason);
      } else if (result.status.reason === "AlreadyExists") this.revise();
      else {
        this.registering = this.simulation.after(step, () => {
          this.registering = undefined;
          this.register(Math.min(step * 2, LONGEST_STEP));
        });
      }
    });
  }

  private tell(reason: string): void {
    this.events.node("Normal", reason, statusMessage(this.identity.name, reason));
  }

  private revise(): void {
    this.client.get<"Node">(
      { kind: "Node", name: this.identity.name },
      (stored) => {
        if (this.running) this.reviseStored(stored);
      },
      FROM_CACHE,
    );
  }

  private reviseStored(stored: Result<Node>): void {
    if (!stored.ok) {
      if (stored.status.code !== 404) this.reviseSoon();
      return;
    }
    this.known = stored.object;
    this.reconcileLabels(stored.object);
    const { unschedulable = false } = stored.object.spec;
    if (unschedulable !== this.wasUnschedulable) this.tell(unschedulable ? "NodeNotSchedulable" : "NodeSchedulable");
    this.wasUnschedulable = unschedulable;
    const images = listedImages(this.images.present);
    const { conditions, images: listed = [], volumesInUse = [], nodeInfo } = stored.object.status ?? {};
    const bootID = this.bootID();
    const isRebooted = nodeInfo?.["bootID"] !== bootID;
    const isSame = volumesInUse.length === this.users.size && volumesInUse.every((volume) => this.users.has(volume));
    if (isSame) this.reported(volumesInUse);
    if (isSame && !isRebooted && !conditionsDiffer(conditions, this.pressures) && images.length === listed.length) return;
    if (isRebooted && nodeInfo?.["bootID"] !== undefined) {
      const { reason, message } = rebooted(this.identity.name, bootID);
      this.events.node("Warning", reason, message);
    }
    for (const reason of conditionEvents(conditions, this.pressures)) this.tell(reason);
    const inUse = [...this.users.keys()];
    this.client.patchStatus<"Node">(
      { kind: "Node", name: this.identity.name },
      (current) => ({
        ...current,
        status: {
          ...nodeStatus(this.identity, current.status, this.pressures, images, wholeSeconds(this.epoch, this.simulation.now), bootID),
          ...((inUse.length > 0 || volumesInUse.length > 0) && { volumesInUse: inUse }),
        },
      }),
      (result) => {
        if (result.ok) {
          this.known = result.object;
          this.reported(inUse);
        } else this.reviseSoon();
      },
    );
  }

  /** The node's status lists these volumes: who waited for that goes on. */
  private reported(volumes: readonly string[]): void {
    for (const volume of volumes) {
      const waiting = this.awaitingReport.get(volume) ?? [];
      this.awaitingReport.delete(volume);
      for (const go of waiting) go();
    }
  }

  /** A kubelet that finds its node registered already puts its own default labels right. */
  private reconcileLabels(stored: Node): void {
    const wanted = nodeLabels(this.identity);
    if (Object.entries(wanted).every(([key, value]) => stored.metadata.labels?.[key] === value)) return;
    this.client.patch<"Node">({ kind: "Node", name: this.identity.name }, (current) => ({
      ...current,
      metadata: { ...current.metadata, labels: { ...current.metadata.labels, ...wanted } },
    }));
  }
}
