/** Makes the objects of a workload of scheduler_perf from their templates, and creates them through the API server. */
import { kindInfo, type Kind, type ObjectsByKind } from "../api/kinds.js";
import { HOSTNAME_LABEL } from "../api/topology-labels.js";
import type { ApiObject, Labels } from "../api/types/meta.js";
import type { Node } from "../api/types/node.js";
import type { Pod } from "../api/types/pod.js";
import type { PersistentVolume, PersistentVolumeClaim } from "../api/types/storage.js";
import type { SchedulerCluster } from "../cluster/scheduler-cluster.js";
import type { ObjectTemplateFile } from "../scenario/importers/scheduler-perf/object-template-file.js";
import type { CreateNodes, CreatePods } from "../scenario/importers/scheduler-perf/operation.js";
import { withoutField } from "../scenario/without-field.js";
import { BASE_NODE, boundTogether, csiNode, withAllocatable } from "./scheduler-perf-objects.js";

const NODE_PREFIX = "scheduler-perf-";

/** What is done when all has been created. */
export type Next = () => void;

export class WorkloadObjects {
  private names = 0;

  /** @param fail told why an object was refused */
  constructor(
    private readonly cluster: SchedulerCluster,
    private readonly fail: (message: string) => void,
  ) {}

  private readonly nameOf = (prefix: string): string => `${prefix}${this.names++}`;

  /** Objects of kinds without namespace stay without. */
  objectsOf(template: ObjectTemplateFile, count: number, namespace?: string): ApiObject[] {
    return Array.from({ length: count }, (_, index) => this.objectOf(template, index, count, namespace));
  }

  objectOf(template: ObjectTemplateFile, index: number, count: number, namespace: string | undefined): ApiObject {
    const object = template.make(index, count, this.nameOf, namespace);
    if (namespace === undefined || kindInfo(object.kind)?.namespaced !== false) return object;
    return { ...object, metadata: withoutField(object.metadata, "namespace") };
  }

  createAll(objects: readonly ApiObject[], next: Next): void {
    let left = objects.length;
    if (left === 0) next();
    for (const object of objects) {
      this.cluster.client.create(object as ObjectsByKind[Kind], (result) => {
        if (!result.ok) this.fail(`${object.kind} ${object.metadata.name}: ${result.status.message}`);
        else if (--left === 0) next();
      });
    }
  }

  createNodes({ count, template, label, uniqueLabel, allocatable }: CreateNodes, next: Next): void {
    const nodes = Array.from({ length: count }, (_, index) => {
      const made =
        template === undefined
          ? { ...BASE_NODE, metadata: { name: this.nameOf(NODE_PREFIX) } }
          : this.objectOf(template, index, count, undefined);
      const { name } = made.metadata;
      const labels: Labels = {
        [HOSTNAME_LABEL]: name,
        ...made.metadata.labels,
        ...(label !== undefined && { [label.key]: label.values[index % label.values.length] }),
        ...(uniqueLabel !== undefined && { [uniqueLabel]: name }),
      };
      return withAllocatable({ ...made, metadata: { ...made.metadata, labels } } as Node, allocatable?.resources);
    });
    this.createAll(nodes, () =>
      this.createAll(allocatable === undefined ? [] : nodes.map(({ metadata }) => csiNode(metadata.name, allocatable)), next),
    );
  }

  ensureNamespaces(names: readonly string[], next: Next, template?: ObjectTemplateFile): void {
    const missing = names.filter((name) => this.cluster.apiServer.objects.get("Namespace", undefined, name) === undefined);
    const objects = missing.map((name, index): ApiObject => {
      const base: ApiObject = template?.make(index, missing.length, () => name) ?? {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      };
      return { ...base, metadata: { ...base.metadata, name } };
    });
    this.createAll(objects, next);
  }

  podsOf({ template, count, signatureBatchSize }: CreatePods, namespace: string): Pod[] {
    const pods = this.objectsOf(template, count, namespace) as Pod[];
    if (signatureBatchSize === undefined) return pods;
    return pods.map((pod, index) => {
      const labels = { ...pod.metadata.labels, signature: `signature-label-${Math.floor(index / signatureBatchSize)}` };
      return { ...pod, metadata: { ...pod.metadata, labels } };
    });
  }

  createWithVolumes({ volume: templates }: CreatePods, pods: readonly Pod[], namespace: string, next: Next): void {
    if (templates === undefined) {
      this.createAll(pods, next);
      return;
    }
    const bound = pods.map((pod, index) => {
      const volume = this.objectOf(templates.volume, index, pods.length, undefined) as PersistentVolume;
      const claim = this.objectOf(templates.claim, index, pods.length, namespace) as PersistentVolumeClaim;
      return boundTogether(pod, volume, claim, this.nameOf);
    });
    const create = (of: "volume" | "claim" | "pod", then: Next): void =>
      this.createAll(
        bound.map((one) => one[of]),
        then,
      );
    create("volume", () => create("claim", () => create("pod", next)));
  }
}
