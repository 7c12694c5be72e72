/**
 * PodTopologyLabels: a pod that is bound, or created for a node, gets the zone and region of the node as labels.
 *
 * Source: kubernetes/plugin/pkg/admission/podtopologylabels.
 */
import type { Kind } from "../../../api/kinds.js";
import { REGION_LABEL, ZONE_LABEL } from "../../../api/topology-labels.js";
import type { ApiObject, Labels } from "../../../api/types/meta.js";
import type { Pod } from "../../../api/types/pod.js";
import type { ObjectReader } from "../object-store.js";
import type { AdmissionPlugin, AdmissionRequest, Operation } from "./admission.js";

const NO_LABELS: Labels = {};

export class PodTopologyLabels implements AdmissionPlugin {
  readonly name = "PodTopologyLabels";
  /** Labels of bound pods by those that they had and by place, so that pods of one template in one zone share theirs. */
  private readonly placed = new WeakMap<Labels, Map<string, Labels>>();

  handles(kind: Kind, operation: Operation): boolean {
    return kind === "Pod" && operation === "CREATE";
  }

  /** Labels that a new pod has stay; those that a bound one has are overwritten. */
  admit(object: ApiObject, _request: AdmissionRequest, objects: ObjectReader): ApiObject {
    const pod = object as Pod;
    const { nodeName = "" } = pod.spec;
    if (nodeName === "") return pod;
    const { labels } = pod.metadata;
    const placed = this.admitBinding(pod, nodeName, objects);
    return placed === pod ? pod : { ...placed, metadata: { ...placed.metadata, labels: { ...placed.metadata.labels, ...labels } } };
  }

  admitBinding(pod: Pod, nodeName: string, objects: ObjectReader): Pod {
    const place = objects.get("Node", undefined, nodeName)?.metadata.labels;
    const zone = place?.[ZONE_LABEL];
    const region = place?.[REGION_LABEL];
    if (zone === undefined && region === undefined) return pod;
    return { ...pod, metadata: { ...pod.metadata, labels: this.labelsAt(pod.metadata.labels ?? NO_LABELS, zone, region) } };
  }

  private labelsAt(labels: Labels, zone: string | undefined, region: string | undefined): Labels {
    const key = `${region ?? ""}/${zone ?? ""}`;
    let byPlace = this.placed.get(labels);
    if (byPlace === undefined) this.placed.set(labels, (byPlace = new Map<string, Labels>()));
    let placed = byPlace.get(key);
    if (placed === undefined) {
      placed = { ...labels, ...(zone !== undefined && { [ZONE_LABEL]: zone }), ...(region !== undefined && { [REGION_LABEL]: region }) };
      byPlace.set(key, placed);
    }
    return placed;
  }
}
