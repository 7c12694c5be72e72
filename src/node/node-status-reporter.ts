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

/** The images on the machine, as a node's status lists them. */
interface Images {
  readonly present: Parameters<typeof listedImages>[0];
}

export class NodeStatusReporter {
  private running = false;
  private pressures: NodePressures = NO_PRESSURE;
  private event: EventId | undefined;
  private known: Node;

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
      const { conditions, images: listed = [] } = stored.object.status ?? {};
      if (!conditionsDiffer(conditions, this.pressures) && images.length === listed.length) return;
      this.client.patchStatus<"Node">(
        node,
        (current) => ({
          ...current,
          status: nodeStatus(this.identity, current.status, this.pressures, images, wholeSeconds(this.epoch, this.simulation.now)),
        }),
        (result) => {
          if (result.ok) this.known = result.object;
          else this.reviseSoon();
        },
      );
    });
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
