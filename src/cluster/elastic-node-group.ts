/**
 * A group of machines that a cloud makes and takes back: what an Auto Scaling group is to the cluster autoscaler and to the update of a
 * managed node group.
 */
import { constant, type Distribution } from "../engine/distribution.js";
import type { RandomStream } from "../engine/random.js";
import { type EventId, SECOND, type Simulation, type SimTime } from "../engine/simulation.js";
import type { Node } from "../api/types/node.js";
import type { NodeGroupDescription, NodeGroupScaling } from "./description.js";
import type { NodePlan, NodePlanner } from "./node-plan.js";

/** A minute from the request of a virtual machine until its node joins. An assumption, and a setting. */
const DEFAULT_PROVISIONING_TIME: Distribution = constant(60 * SECOND);

/** What Amazon EC2 says where it has no more machines of a type. Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html */
const NO_CAPACITY = {
  errorClass: "OutOfResourcesErrorClass",
  code: "InsufficientInstanceCapacity",
  message: "We currently do not have sufficient capacity in the Availability Zone you requested",
} as const;

export interface ElasticNodeGroupOptions {
  readonly simulation: Simulation;
  readonly group: NodeGroupDescription;
  readonly scaling: NodeGroupScaling;
  /** Its machines at the start. */
  readonly machines: readonly NodePlan[];
  readonly planner: NodePlanner;
  /** Switches a machine on whose kubelet then registers it. */
  readonly launch: (plan: NodePlan) => void;
  /** Takes a machine away for good. */
  readonly terminate: (node: string) => void;
  /** The Node object that such a machine would register. */
  readonly describe: (plan: NodePlan) => Node;
  readonly changed: () => void;
}

interface Instance {
  readonly name: string;
  readonly zone: string | undefined;
  readonly template: number;
  readonly error?: typeof NO_CAPACITY;
  /** Until then the machine is on its way. */
  launch?: EventId;
}

export class ElasticNodeGroup {
  readonly id: string;
  readonly zones: readonly string[];
  readonly scaling: NodeGroupScaling;
  minSize: number;
  maxSize: number;
  /** Machines that are there though no longer wished for: they are being drained. */
  excess = 0;
  /** When the cluster autoscaler asked for more machines last. */
  lastScaleUp: SimTime = Number.NEGATIVE_INFINITY;
  /** By how much the greatest size is to fall once fewer machines are wished for. */
  private owed = 0;
  private readonly all: Instance[];
  private readonly provisioning: RandomStream;
  private template = 1;
  private kubernetesVersion: string | undefined;
  private nextNumber: number;

  constructor(private readonly options: ElasticNodeGroupOptions) {
    const { group, scaling, machines, simulation } = options;
    this.id = group.name;
    this.zones = group.zones ?? [];
    this.scaling = scaling;
    this.minSize = scaling.min;
    this.maxSize = scaling.max;
    this.all = machines.map(({ name, zone }) => ({ name, zone, template: this.template }));
    this.nextNumber = machines.length + 1;
    this.provisioning = simulation.stream(`cloud-provider/${group.name}/provisioning`);
  }

  get targetSize(): number {
    return this.all.length - this.excess;
  }

  get instances(): readonly { readonly name: string; readonly error?: typeof NO_CAPACITY }[] {
    return this.all;
  }

  get members(): readonly {
    readonly name: string;
    readonly zone: string | undefined;
    readonly isLatest: boolean;
    readonly error?: typeof NO_CAPACITY;
  }[] {
    return this.all.map(({ name, zone, template, error }) => ({
      name,
      zone,
      isLatest: template === this.template,
      ...(error !== undefined && { error }),
    }));
  }

  /** What the cluster autoscaler asks for. */
  increaseSize(by: number): void {
    this.lastScaleUp = this.options.simulation.now;
    this.enlarge(by);
  }

  /** Wishes for so many more machines. */
  enlarge(by: number): void {
    for (let i = 0; i < by; i++) this.request();
    this.options.changed();
  }

  /** Names that the group does not have are left out. */
  deleteNodes(names: readonly string[]): void {
    for (const name of names) this.remove(name);
    this.excess = Math.min(this.excess, this.all.length);
    this.payBack();
    this.options.changed();
  }

  /** Sets the sizes between which the wished one may be. */
  bound(minSize: number, maxSize: number): void {
    this.minSize = minSize;
    this.maxSize = maxSize;
    this.owed = 0;
  }

  templateNode(): Node {
    const { planner, group, describe } = this.options;
    return describe(planner.imagine(group, `template-node-for-${this.id}`, this.emptiestZone()));
  }

  // What the update of a managed node group asks for

  renewTemplate(kubernetesVersion: string | undefined): void {
    this.template++;
    this.kubernetesVersion = kubernetesVersion ?? this.kubernetesVersion;
  }

  grow(by: number): void {
    this.maxSize += by;
    this.enlarge(by);
  }

  replace(name: string): void {
    if (!this.remove(name)) return;
    this.request();
    this.options.changed();
  }

  lower(by: number): void {
    this.excess += by;
    this.payBack();
    this.options.changed();
  }

  lowerMaximum(by: number): void {
    this.owed += by;
    this.payBack();
  }

  private payBack(): void {
    const by = Math.min(this.owed, Math.max(0, this.maxSize - this.targetSize));
    this.owed -= by;
    this.maxSize -= by;
  }

  take(name: string): void {
    if (!this.remove(name)) return;
    this.excess--;
    this.options.changed();
  }

  private request(): void {
    const { simulation, group, scaling, planner, launch } = this.options;
    const name = `${this.id}-${this.nextNumber++}`;
    const zone = this.emptiestZone();
    const { template, kubernetesVersion } = this;
    const available = scaling.availableInstances ?? Number.POSITIVE_INFINITY;
    if (this.all.filter(({ error }) => error === undefined).length >= available) {
      this.all.push({ name, zone, template, error: NO_CAPACITY });
      return;
    }
    const time = (scaling.provisioningTime ?? DEFAULT_PROVISIONING_TIME).sample(this.provisioning);
    const instance: Instance = { name, zone, template };
    instance.launch = simulation.after(Math.max(0, Math.round(time)), () => {
      delete instance.launch;
      launch({ ...planner.plan(group, name, zone), ...(kubernetesVersion !== undefined && { kubernetesVersion }) });
    });
    this.all.push(instance);
  }

  /** Whether the group had the machine. */
  private remove(name: string): boolean {
    const at = this.all.findIndex((instance) => instance.name === name);
    if (at < 0) return false;
    const [{ launch, error }] = this.all.splice(at, 1);
    if (launch !== undefined) this.options.simulation.cancel(launch);
    else if (error === undefined) this.options.terminate(name);
    return true;
  }

  /** Machines are spread over the zones. Source: https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html */
  private emptiestZone(): string | undefined {
    const count = (zone: string): number => this.all.filter((instance) => instance.zone === zone && instance.error === undefined).length;
    return this.zones.reduce<string | undefined>(
      (best, zone) => (best === undefined || count(zone) < count(best) ? zone : best),
      undefined,
    );
  }
}
