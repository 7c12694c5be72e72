/**
 * Registers the node and keeps the status of its object true.
 *
 * Source: pkg/kubelet/kubelet_node_status.go.
 */
import type { Timestamp } from "../api/types/meta.js";
import type { Node } from "../api/types/node.js";
import type { ApiClient } from "../control-plane/apiserver/client.js";
import type { RandomStream } from "../engine/random.js";
import type { EventId, Simulation } from "../engine/simulation.js";
import { wholeSeconds } from "./container-record.js";
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
import type { KubeletSettings } from "./settings.js";
import type { VolumesInUse } from "./volume-manager.js";

/** The images on the machine, as a node's status lists them. */
interface Images {
  readonly present: Parameters<typeof listedImages>[0];
}

export class NodeStatusReporter implements VolumesInUse {
  private running = false;
  private pressures: NodePressures = NO_PRESSURE;
  private event: EventId | undefined;
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
  ) {
    this.known = newNode(identity, [], wholeSeconds(epoch, 0));
  }

  /** The node's object as the kubelet saw it last. */
  get node(): Node {
    return this.known;
  }

  start(): void {
    this.running = true;
    this.pressures = NO_PRESSURE;
    this.register();
  }

  stop(): void {
    this.running = false;
    if (this.event !== undefined) this.simulation.cancel(this.event);
    this.event = undefined;
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

  private register(): void {
    this.known = newNode(this.identity, listedImages(this.images.present), wholeSeconds(this.epoch, this.simulation.now));
    this.client.create<"Node">(this.known, (result) => {
      if (result.ok) this.known = result.object;
      else if (this.running) this.revise();
    });
  }

  private revise(): void {
    const node = { kind: "Node", name: this.identity.name } as const;
    this.client.get<"Node">(node, (stored) => {
      if (!this.running) return;
      if (!stored.ok) {
        if (stored.status.code === 404) this.register();
        else this.reviseSoon();
        return;
      }
      this.known = stored.object;
      this.reconcileLabels(stored.object);
      const images = listedImages(this.images.present);
      const { conditions, images: listed = [], volumesInUse = [] } = stored.object.status ?? {};
      const isSame = volumesInUse.length === this.users.size && volumesInUse.every((volume) => this.users.has(volume));
      if (isSame) this.reported(volumesInUse);
      if (isSame && !conditionsDiffer(conditions, this.pressures) && images.length === listed.length) return;
      const inUse = [...this.users.keys()];
      this.client.patchStatus<"Node">(
        node,
        (current) => ({
          ...current,
          status: {
            ...nodeStatus(this.identity, current.status, this.pressures, images, wholeSeconds(this.epoch, this.simulation.now)),
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
    });
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
