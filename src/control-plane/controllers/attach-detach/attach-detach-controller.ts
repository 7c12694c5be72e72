/**
 * The attach/detach controller: attaches volumes to the nodes whose pods need them and detaches them from the others, with upstream's
 * care that a volume for one node is never written by two.
 *
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/ and kubernetes pkg/controller/volume/attachdetach
 * (attach_detach_controller.go, reconciler/reconciler.go). The external attacher that upstream leaves to storage vendors is
 * {@link startExternalAttacher}.
 */
import type { CSIDriver, Node, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from "../../../api/types/index.js";
import { MINUTE, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { conditionOf } from "../conditions.js";
import type { ControllerContext } from "../controller-context.js";
import { referenceTo } from "../pod-control.js";
import { BY_NODE, nodeNames } from "../pods-by-node.js";
import { OUT_OF_SERVICE } from "../taints.js";
import { unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import {
  BY_CLAIM,
  attachmentName,
  claimsOf,
  isExclusive,
  isInUse,
  needsAttachment,
  uniqueVolumeName,
  wantsVolumes,
} from "./attachable-volume.js";
import { startExternalAttacher } from "./external-attacher.js";

const ACCOUNT = "attachdetach-controller";
/** How long an unhealthy node may keep a volume that it says it uses. Source: reconcilerMaxWaitForUnmountDuration in attach_detach_controller.go. */
const MAX_WAIT_FOR_UNMOUNT: SimTime = 6 * MINUTE;
/** Volumes that are worked on at a time: upstream starts each operation in a goroutine of its own. */
const WORKERS = 16;
const BY_VOLUME = "volume";

class AttachDetachController {
  private readonly calls: ApiCalls;
  private readonly pods: Informer<Pod>;
  private readonly claims: Informer<PersistentVolumeClaim>;
  private readonly volumes: Informer<PersistentVolume>;
  private readonly nodes: Informer<Node>;
  private readonly drivers: Informer<CSIDriver>;
  private readonly attachments: Informer<VolumeAttachment>;
  private readonly queue: WorkQueue;
  /** When a detachment was first wanted, by name of the attachment. */
  private readonly detachRequested = new Map<string, SimTime>();
  /** Attachments that were refused to pods because of another node, and told of. */
  private readonly multiAttachReported = new Set<string>();

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.queue = context.queue({ workers: WORKERS, sync: (name) => this.sync(name) });
    this.pods = context.informer("Pod");
    this.claims = context.informer("PersistentVolumeClaim");
    this.volumes = context.informer("PersistentVolume");
    this.nodes = context.informer("Node");
    this.drivers = context.informer("CSIDriver");
    this.attachments = context.informer("VolumeAttachment");
    this.pods.addIndex(BY_CLAIM, claimsOf);
    this.pods.addIndex(BY_NODE, nodeNames);
    this.attachments.addIndex(BY_VOLUME, ({ spec }) => [spec.source.persistentVolumeName ?? ""]);
    this.watch();
  }

  private watch(): void {
    const podChanged = (pod: Pod): void => {
      for (const key of claimsOf(pod)) this.claimChanged(this.claims.get(key));
    };
    const claimChanged = (claim: PersistentVolumeClaim): void => this.claimChanged(claim);
    const volumeChanged = ({ metadata }: PersistentVolume): void => this.queue.add(metadata.name);
    const attachmentChanged = ({ spec }: VolumeAttachment): void => this.queue.add(spec.source.persistentVolumeName ?? "");
    const nodeChanged = (node: Node): void => {
      for (const one of this.attachments.list()) if (one.spec.nodeName === node.metadata.name) attachmentChanged(one);
    };
    this.pods.addHandlers({
      added: podChanged,
      updated: (before, pod) => {
        if (wantsVolumes(before) !== wantsVolumes(pod)) podChanged(pod);
      },
      deleted: podChanged,
    });
    this.claims.addHandlers({ added: claimChanged, updated: (_, claim) => claimChanged(claim) });
    this.volumes.addHandlers({ added: volumeChanged, deleted: volumeChanged });
    this.attachments.addHandlers({
      added: attachmentChanged,
      updated: (before, one) => {
        if (one.status?.attachError !== undefined && one.status.attachError !== before.status?.attachError) this.reportFailure(one);
        attachmentChanged(one);
      },
      deleted: attachmentChanged,
    });
    this.nodes.addHandlers({
      added: nodeChanged,
      updated: (before, node) => {
        if (before.status?.volumesInUse !== node.status?.volumesInUse || before.spec.taints !== node.spec.taints) nodeChanged(node);
      },
      deleted: nodeChanged,
    });
  }

  private claimChanged(claim: PersistentVolumeClaim | undefined): void {
    const name = claim?.spec.volumeName;
    if (name !== undefined && name !== "") this.queue.add(name);
  }

  private *sync(name: string): Task<void> {
    const volume = this.volumes.get(name);
    const attached = [...this.attachments.byIndex(BY_VOLUME, name)];
    if (volume === undefined || !needsAttachment(volume, this.drivers.get(volume.spec.csi?.driver ?? ""))) return;
    const wanted = this.podsByNode(volume);
    // Detachments go first, so that a volume can move. Source: reconcile in reconciler.go.
    for (const attachment of attached) {
      if (wanted.has(attachment.spec.nodeName)) this.detachRequested.delete(attachment.metadata.name);
      else yield* this.detach(volume, attachment);
    }
    for (const [node, pods] of wanted) {
      const own = attached.find(({ spec }) => spec.nodeName === node);
      if (own === undefined) yield* this.attach(volume, node, pods, attached);
      else if (own.status?.attached === true && own.metadata.deletionTimestamp === undefined) yield* this.announce(volume, node, pods);
    }
  }

  /** Pods that want the volume, by node. */
  private podsByNode({ spec }: PersistentVolume): ReadonlyMap<string, readonly Pod[]> {
    const { claimRef } = spec;
    const byNode = new Map<string, Pod[]>();
    if (claimRef === undefined) return byNode;
    for (const pod of this.pods.byIndex(BY_CLAIM, `${claimRef.namespace}/${claimRef.name}`)) {
      if (!wantsVolumes(pod)) continue;
      const node = pod.spec.nodeName!;
      const others = byNode.get(node);
      if (others === undefined) byNode.set(node, [pod]);
      else others.push(pod);
    }
    return byNode;
  }

  private *attach(volume: PersistentVolume, node: string, pods: readonly Pod[], attached: readonly VolumeAttachment[]): Task<void> {
    const name = attachmentName(volume, node);
    if (isExclusive(volume) && attached.length > 0) {
      if (!this.multiAttachReported.has(name)) this.reportMultiAttach(volume, pods, attached);
      this.multiAttachReported.add(name);
      return;
    }
    this.multiAttachReported.delete(name);
    const attachment: VolumeAttachment = {
      apiVersion: "storage.k8s.io/v1",
      kind: "VolumeAttachment",
      metadata: { name },
      spec: { attacher: volume.spec.csi!.driver, nodeName: node, source: { persistentVolumeName: volume.metadata.name } },
    };
    yield* unless(["AlreadyExists"], this.calls.create<"VolumeAttachment">(attachment));
  }

  /** Source: reportMultiAttachError in reconciler.go. */
  private reportMultiAttach(volume: PersistentVolume, pods: readonly Pod[], attached: readonly VolumeAttachment[]): void {
    const nodes = new Set(attached.map(({ spec }) => spec.nodeName));
    const users = [...this.podsByNode(volume)].filter(([node]) => nodes.has(node)).flatMap(([, others]) => others);
    for (const pod of pods) {
      const local = users.filter(({ metadata }) => metadata.namespace === pod.metadata.namespace).map(({ metadata }) => metadata.name);
      const text =
        users.length === 0
          ? "Volume is already exclusively attached to one node and can't be attached to another"
          : `Volume is already used by pod(s) ${local.join(", ")}`;
      const message = `Multi-Attach error for volume "${volume.metadata.name}" ${text}`;
      this.calls.recordEvent(referenceTo(pod), "Warning", "FailedAttachVolume", message);
    }
  }

  /** The attacher could not attach it. Source: GenerateAttachVolumeFunc in pkg/volume/util/operationexecutor/operation_generator.go. */
  private reportFailure({ spec, status }: VolumeAttachment): void {
    const volume = this.volumes.get(spec.source.persistentVolumeName ?? "");
    if (volume === undefined || !this.context.active) return;
    const message = `AttachVolume.Attach failed for volume "${volume.metadata.name}" : ${status?.attachError?.message ?? ""}`;
    for (const pod of this.podsByNode(volume).get(spec.nodeName) ?? []) {
      this.calls.recordEvent(referenceTo(pod), "Warning", "FailedAttachVolume", message);
    }
  }

  /** The attacher is done: the node's status says so, which the kubelet waits for. */
  private *announce(volume: PersistentVolume, nodeName: string, pods: readonly Pod[]): Task<void> {
    const unique = uniqueVolumeName(volume)!;
    const isListed = (node: Node | undefined): boolean => node?.status?.volumesAttached?.some(({ name }) => name === unique) === true;
    const node = this.nodes.get(nodeName);
    if (node === undefined || isListed(node)) return;
    yield* this.calls.patchStatus<"Node">({ kind: "Node", name: nodeName }, (current) =>
      isListed(current)
        ? current
        : {
            ...current,
            status: { ...current.status, volumesAttached: [...(current.status?.volumesAttached ?? []), { name: unique, devicePath: "" }] },
          },
    );
    for (const pod of pods) {
      const message = `AttachVolume.Attach succeeded for volume "${volume.metadata.name}" `;
      this.calls.recordEvent(referenceTo(pod), "Normal", "SuccessfulAttachVolume", message);
    }
  }

  /** A node that still uses the volume is waited for, unless it is declared out of service, or is not Ready and had its time. */
  private *detach(volume: PersistentVolume, attachment: VolumeAttachment): Task<void> {
    const { name, deletionTimestamp } = attachment.metadata;
    if (deletionTimestamp !== undefined) return;
    const { now } = this.context.simulation;
    const unique = uniqueVolumeName(volume)!;
    const { nodeName } = attachment.spec;
    const node = this.nodes.get(nodeName);
    const since = this.detachRequested.get(name) ?? now;
    this.detachRequested.set(name, since);
    // What a node that is gone used last is not known to be unmounted.
    const mayUse = node === undefined || isInUse(node, unique);
    const outOfService = node?.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true;
    if (mayUse && !outOfService) {
      const isHealthy = node !== undefined && conditionOf(node.status?.conditions ?? [], "Ready")?.status === "True";
      const left = since + MAX_WAIT_FOR_UNMOUNT - now;
      if (left > 0) this.queue.addAfter(volume.metadata.name, left);
      if (left > 0 || isHealthy) return;
    }
    this.detachRequested.delete(name);
    if (node !== undefined) {
      yield* this.calls.patchStatus<"Node">({ kind: "Node", name: nodeName }, (current) => ({
        ...current,
        status: {
          ...current.status,
          volumesAttached: (current.status?.volumesAttached ?? []).filter((one) => one.name !== unique),
        },
      }));
    }
    yield* unless(["NotFound"], this.calls.delete<"VolumeAttachment">(targetOf<"VolumeAttachment">(attachment)));
  }
}

export function startAttachDetachController(context: ControllerContext): void {
  new AttachDetachController(context);
  startExternalAttacher(context);
}
