/**
 * Pods that a kubelet runs from files of its machine: no API server is needed for them. Of each the kubelet keeps a mirror pod in the
 * API server, which shows how the pod is and cannot be used to control it.
 *
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/, pkg/kubelet/config/common.go (applyDefaults),
 * pkg/kubelet/pod/mirror_client.go and pkg/kubelet/kubelet.go (tryReconcileMirrorPods, deleteOrphanedMirrorPods).
 */
import { createHash } from "node:crypto";
import { applyDefaults } from "../../api/defaults/index.js";
import { formatTimestamp } from "../../api/duration.js";
import { MINUTE, type EventId, type Simulation } from "../../engine/simulation.js";
import type { Timestamp } from "../../api/types/meta.js";
import type { Node } from "../../api/types/node.js";
import type { Pod, Toleration } from "../../api/types/pod.js";
import type { ApiClient } from "../../control-plane/apiserver/client.js";
import { CONFIG_MIRROR_ANNOTATION, CONFIG_SOURCE_ANNOTATION } from "../admission/resources.js";

const CONFIG_HASH_ANNOTATION = "kubernetes.io/config.hash";
const CONFIG_SEEN_ANNOTATION = "kubernetes.io/config.seen";
/** Trouble of the node is no reason to end what the node itself was told to run. */
const STATIC_POD_TOLERATION: Toleration = { operator: "Exists", effect: "NoExecute" };
/** How often the kubelet looks at each of its pods anew (syncFrequency). */
const SYNC_FREQUENCY = MINUTE;

/** The pod that a kubelet makes of a file: it has the node's name at the end of its own, and a uid that is a hash of what it says and where. */
export function staticPodOf(manifest: Pod, nodeName: string, seen: Timestamp): Pod {
  const uid = createHash("md5")
    .update(`${JSON.stringify([manifest.metadata, manifest.spec])}host:${nodeName}`)
    .digest("hex");
  const { metadata, spec } = manifest;
  return applyDefaults<Pod>({
    ...manifest,
    metadata: {
      ...metadata,
      name: `${metadata.name}-${nodeName}`,
      namespace: metadata.namespace ?? "default",
      uid,
      annotations: {
        ...metadata.annotations,
        [CONFIG_HASH_ANNOTATION]: uid,
        [CONFIG_SEEN_ANNOTATION]: formatTimestamp(seen),
        [CONFIG_SOURCE_ANNOTATION]: "file",
      },
    },
    spec: { ...spec, nodeName, tolerations: [...(spec.tolerations ?? []), STATIC_POD_TOLERATION] },
  });
}

/** The mirror pod of a static pod: it belongs to the node, and goes with it. */
export function mirrorPodOf(pod: Pod, { metadata }: Node): Pod {
  const { uid, ...own } = pod.metadata;
  return {
    ...pod,
    metadata: {
      ...own,
      annotations: { ...own.annotations, [CONFIG_MIRROR_ANNOTATION]: uid ?? "" },
      ownerReferences: [{ apiVersion: "v1", kind: "Node", name: metadata.name, uid: metadata.uid ?? "", controller: true }],
    },
  };
}

export interface StaticPodSurroundings {
  readonly simulation: Simulation;
  readonly client: ApiClient;
  /** The node's object in the API server; undefined while it is not registered. */
  node(): Node | undefined;
  /** The mirror pod of a static pod came, changed or went. */
  mirrorChanged(pod: Pod): void;
}

export class StaticPods {
  private readonly byName = new Map<string, Pod>();
  private readonly mirrors = new Map<string, Pod>();
  private retry: EventId | undefined;
  private running = false;

  constructor(
    private readonly around: StaticPodSurroundings,
    pods: readonly Pod[],
  ) {
    for (const pod of pods) this.byName.set(nameOf(pod), pod);
  }

  list(): Iterable<Pod> {
    return this.byName.values();
  }

  /** What the API server has of a static pod. */
  mirrorOf(pod: Pod): Pod | undefined {
    return this.mirrors.get(nameOf(pod));
  }

  start(): void {
    this.running = true;
    this.reconcile();
  }

  stop(): void {
    this.running = false;
    if (this.retry !== undefined) this.around.simulation.cancel(this.retry);
    this.retry = undefined;
  }

  /** The API server shows a mirror pod. */
  seen(mirror: Pod): void {
    const name = nameOf(mirror);
    this.mirrors.set(name, mirror);
    const pod = this.byName.get(name);
    if (pod !== undefined) this.around.mirrorChanged(pod);
    if (this.running) this.look(name);
  }

  /** The API server has it no more. */
  gone(mirror: Pod): void {
    const name = nameOf(mirror);
    this.mirrors.delete(name);
    if (this.running) this.look(name);
  }

  /** Makes the mirror pods that are missing, and removes those that are none, or are to go. */
  reconcile(): void {
    for (const name of new Set([...this.byName.keys(), ...this.mirrors.keys()])) this.look(name);
  }

  private look(name: string): void {
    const pod = this.byName.get(name);
    const mirror = this.mirrors.get(name);
    if (mirror !== undefined) {
      const isOwn = pod !== undefined && mirror.metadata.annotations?.[CONFIG_MIRROR_ANNOTATION] === pod.metadata.uid;
      if (!isOwn || mirror.metadata.deletionTimestamp !== undefined) this.remove(mirror);
    } else if (pod !== undefined) this.create(pod);
  }

  private create(pod: Pod): void {
    const node = this.around.node();
    if (node === undefined || node.metadata.deletionTimestamp !== undefined) {
      this.reconcileLater();
      return;
    }
    this.around.client.create<"Pod">(mirrorPodOf(pod, node), (result) => {
      if (!result.ok && this.mirrorOf(pod) === undefined) this.reconcileLater();
    });
  }

  private remove({ metadata: { namespace, name, uid } }: Pod): void {
    const preconditions = uid === undefined ? {} : { preconditions: { uid } };
    this.around.client.delete(
      { kind: "Pod", name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) },
      { gracePeriodSeconds: 0, ...preconditions },
      (result) => {
        if (!result.ok && result.status.code !== 404) this.reconcileLater();
      },
    );
  }

  private reconcileLater(): void {
    if (!this.running || this.retry !== undefined) return;
    this.retry = this.around.simulation.after(SYNC_FREQUENCY, () => {
      this.retry = undefined;
      this.reconcile();
    });
  }
}

function nameOf({ metadata: { namespace, name } }: Pod): string {
  return `${namespace ?? ""}/${name}`;
}
