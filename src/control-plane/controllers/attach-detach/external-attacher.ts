/**
 * The external attacher of storage vendors: carries out attachments and detachments, which takes its time.
 *
 * Source: https://kubernetes-csi.github.io/docs/external-attacher.html
 */
import type { VolumeAttachment } from "../../../api/types/index.js";
import type { RandomStream } from "../../../engine/random.js";
import type { Distribution } from "../../../engine/distribution.js";
import { lognormal } from "../../../engine/distribution-families.js";
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import { targetOf } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { unless, type Task } from "../task.js";

const ACCOUNT = "attachdetach-controller";
const COMPONENT = "external-attacher";

/** Times of a block store's operations. */
export interface AttachTimes {
  readonly attach: Distribution;
  readonly detach: Distribution;
}

/** The order of magnitude of cloud block stores, which take some seconds and now and then many. An assumption, and a setting. */
const DEFAULT_TIME = lognormal(4 * SECOND, 0.5);
export const DEFAULT_ATTACH_TIMES: AttachTimes = { attach: DEFAULT_TIME, detach: DEFAULT_TIME };

class ExternalAttacher {
  private readonly calls: ApiCalls;
  private readonly times: AttachTimes;
  private readonly stream: RandomStream;
  /** Uids of attachments that an operation is under way for. */
  private readonly busy = new Set<string>();

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, COMPONENT);
    this.times = context.attachTimes ?? DEFAULT_ATTACH_TIMES;
    this.stream = context.simulation.stream("external-attacher");
    context.informer("VolumeAttachment").addHandlers({
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
    } else if (attachment.status?.attached !== true) {
      this.take(
        uid,
        this.times.attach,
        () => this.attached(attachment),
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
