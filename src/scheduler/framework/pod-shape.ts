/**
 * What the scheduler sees of a pod, shared by all pods that look the same to it.
 *
 * A million pods come from a few hundred templates: everything that plugins derive from a pod's spec, labels, namespace and owner is
 * worked out once a shape, and results can be kept per shape.
 */
import { controllerOf } from "../../api/owner-references.js";
import type { Labels, OwnerReference, Pod, PodSpec } from "../../api/types/index.js";
import { parseAffinity, type AffinityTerms } from "./affinity-term.js";
import { hostPortsOf, type HostPort } from "./host-ports.js";
import { podRequests, type PodRequests, type ResourceIndex } from "./resources.js";

export class PodShape {
  readonly requests: PodRequests;
  readonly affinity: AffinityTerms;
  readonly hostPorts: readonly HostPort[];
  /** Profile that the pods are for; undefined means the default one. */
  readonly schedulerName: string | undefined;

  constructor(
    /** Dense number of the shape, in order of first appearance. */
    readonly id: number,
    readonly namespace: string,
    readonly labels: Labels,
    /** The parts of the spec that make the shape are equal in all its pods; read nothing else of it. */
    readonly spec: PodSpec,
    readonly controller: OwnerReference | undefined,
    resources: ResourceIndex,
  ) {
    this.requests = podRequests(spec, resources);
    this.affinity = parseAffinity(spec.affinity, namespace);
    this.hostPorts = hostPortsOf(spec);
    this.schedulerName = spec.schedulerName;
  }
}

/** The parts of a spec that plugins derive from a shape. Priority, volumes, gates and the node's name are each pod's own. */
function shapeOfSpec(spec: PodSpec): string {
  const container = (c: PodSpec["containers"][number]): unknown => [
    c.image,
    c.restartPolicy,
    c.resources?.requests,
    c.ports?.filter((port) => (port.hostPort ?? 0) > 0),
  ];
  return JSON.stringify([
    spec.containers.map(container),
    spec.initContainers?.map(container),
    spec.schedulerName,
    spec.nodeSelector,
    spec.affinity,
    spec.tolerations,
    spec.topologySpreadConstraints,
    spec.overhead,
    spec.resources?.requests,
    spec.volumes?.filter((volume) => volume.image !== undefined).map((volume) => volume.image?.reference),
  ]);
}

const NO_LABELS: Labels = {};

/** Interns texts and objects as small numbers. */
class Numbers {
  private readonly byText = new Map<string, number>();
  private readonly byObject = new WeakMap<object, number>();

  ofText(text: string): number {
    let number = this.byText.get(text);
    if (number === undefined) this.byText.set(text, (number = this.byText.size));
    return number;
  }

  /** Templates share their parts: the text is made once for each object. */
  ofObject<T extends object>(object: T, text: (object: T) => string): number {
    let number = this.byObject.get(object);
    if (number === undefined) this.byObject.set(object, (number = this.ofText(text(object))));
    return number;
  }
}

export class PodShapes {
  private readonly specs = new Numbers();
  private readonly labels = new Numbers();
  private readonly owners = new Numbers();
  private readonly shapes = new Map<string, PodShape>();
  private readonly all: PodShape[] = [];

  constructor(readonly resources: ResourceIndex) {}

  get count(): number {
    return this.all.length;
  }

  get(id: number): PodShape {
    return this.all[id];
  }

  shapeOf(pod: Pod): PodShape {
    const namespace = pod.metadata.namespace ?? "";
    const labels = pod.metadata.labels ?? NO_LABELS;
    const controller = controllerOf(pod);
    const key = `${this.specs.ofObject(pod.spec, shapeOfSpec)} ${this.labels.ofObject(labels, JSON.stringify)} ${
      controller === undefined ? "" : this.owners.ofText(`${controller.apiVersion} ${controller.kind} ${controller.name}`)
    } ${namespace}`;
    let shape = this.shapes.get(key);
    if (shape === undefined) {
      shape = new PodShape(this.all.length, namespace, labels, pod.spec, controller, this.resources);
      this.all.push(shape);
      this.shapes.set(key, shape);
    }
    return shape;
  }
}
