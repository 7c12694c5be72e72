/**
 * The external attacher of storage vendors: carries out attachments and detachments, which takes its time.
 *
 * Source: https://kubernetes-csi.github.io/docs/external-attacher.html
 */
import type { PersistentVolume, VolumeAttachment } from "../../../api/types/index.js";
import type { RandomStream } from "../../../engine/random.js";
import type { Distribution } from "../../../engine/distribution.js";
import { MINUTE, SECOND, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { unless, type Task } from "../task.js";
import { type AttachTimes, DEFAULT_ATTACH_TIMES } from "./attach-times.js";

const ACCOUNT = "attachdetach-controller";
const COMPONENT = "external-attacher";

/** Annotation of a PersistentVolume that cannot be attached at present: the storage's answer. */
const ATTACH_ERROR = "kubewarp.io/attach-error";
/** First and longest wait before another try. Source: --retry-interval-start and --retry-interval-max of the external attacher. */
const RETRY_START: SimTime = SECOND;
const RETRY_MAX: SimTime = 5 * MINUTE;

class ExternalAttacher {
  private readonly calls: ApiCalls;
  private readonly times: AttachTimes;
  private readonly stream: RandomStream;
  /** Uids of attachments that an operation is under way for. */
  private readonly busy = new Set<string>();
  private readonly volumes: Informer<PersistentVolume>;
  private readonly attachments: Informer<VolumeAttachment>;
  /** How long was waited before the last try, by uid of an attachment that failed. */
  private readonly waits = new Map<string, SimTime>();

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, COMPONENT);
    this.times = context.attachTimes ?? DEFAULT_ATTACH_TIMES;
    this.stream = context.simulation.stream("external-attacher");
    this.volumes = context.informer("PersistentVolume");
    this.attachments = context.informer("VolumeAttachment");
    this.attachments.addHandlers({
      added: (attachment) => this.look(attachment),
      updated: (_, attachment) => this.look(attachment),
    });
  }

  private look(attachment: VolumeAttachment): void {
    const { uid = "", deletionTimestamp, finalizers = [] } = attachment.metadata;
    if (!this.context.active || this.busy.has(uid)) return;
    const finalizer = `external-attacher/${attachment.spec.attacher.replaceAll(".", "-")}`;
    if (deletionTimestamp !== undefined) {
      if (finalizers.includes(finalizer)) this.take(uid, this.times.detach, () => this.detached(attachment, finalizer));
    } else if (attachment.status?.attached !== true && !this.waits.has(uid)) {
      this.take(
        uid,
        this.times.attach,
        () => this.answered(attachment),
        finalizers.includes(finalizer) ? undefined : this.guard(attachment, finalizer),
      );
    }
  }

  private take(uid: string, time: Distribution, result: () => Task<void>, before?: Task<void>): void {
    this.busy.add(uid);
    if (before !== undefined) this.context.run(before);
    const duration: SimTime = Math.max(0, Math.round(time.sample(this.stream)));
    this.context.after(duration, () => {
      this.busy.delete(uid);
      this.context.run(result());
    });
  }

  /** While the volume may be attached nobody may forget the attachment. */
  private *guard(attachment: VolumeAttachment, finalizer: string): Task<void> {
    yield* unless(
      ["NotFound"],
      this.calls.patch<"VolumeAttachment">(targetOf<"VolumeAttachment">(attachment), (current) => ({
        ...current,
        metadata: { ...current.metadata, finalizers: [...(current.metadata.finalizers ?? []), finalizer] },
      })),
    );
  }

  /** What the storage says: the volume is attached, or why not. */
  private *answered(attachment: VolumeAttachment): Task<void> {
    const { uid = "" } = attachment.metadata;
    const error = this.volumes.get(attachment.spec.source.persistentVolumeName ?? "")?.metadata.annotations?.[ATTACH_ERROR];
    if (error === undefined) {
      this.waits.delete(uid);
      yield* this.attached(attachment);
      return;
    }
    const wait = Math.min((this.waits.get(uid) ?? RETRY_START / 2) * 2, RETRY_MAX);
    this.waits.set(uid, wait);
    const time = this.context.now();
    yield* unless(
      ["NotFound"],
      this.calls.patchStatus<"VolumeAttachment">(targetOf<"VolumeAttachment">(attachment), (current) => ({
        ...current,
        status: { attached: false, attachError: { message: error, time } },
      })),
    );
    this.context.after(wait, () => this.tryAgain(attachment));
  }

  private tryAgain({ metadata }: VolumeAttachment): void {
    const { uid = "", name } = metadata;
    const latest = this.attachments.get(name);
    if (latest?.metadata.uid !== uid || latest.metadata.deletionTimestamp !== undefined) this.waits.delete(uid);
    else this.take(uid, this.times.attach, () => this.answered(latest));
  }

  private *attached(attachment: VolumeAttachment): Task<void> {
    yield* unless(
      ["NotFound"],
      this.calls.patchStatus<"VolumeAttachment">(targetOf<"VolumeAttachment">(attachment), (current) => ({
        ...current,
        status: { attached: true },
      })),
    );
  }

  private *detached(attachment: VolumeAttachment, finalizer: string): Task<void> {
    yield* unless(
      ["NotFound"],
      this.calls.patch<"VolumeAttachment">(targetOf<"VolumeAttachment">(attachment), (current) => ({
        ...current,
        metadata: { ...current.metadata, finalizers: (current.metadata.finalizers ?? []).filter((one) => one !== finalizer) },
      })),
    );
  }
}

export function startExternalAttacher(context: ControllerContext): void {
  new ExternalAttacher(context);
}
