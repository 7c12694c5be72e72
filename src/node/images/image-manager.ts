/**
 * Makes sure that a container's image is on the node: pull policy, pulls, and back-off after failures, with the events that tell of it.
 *
 * Source: https://kubernetes.io/docs/concepts/containers/images/ and pkg/kubelet/images/image_manager.go.
 */
import { formatDuration } from "../../api/duration.js";
import { ImageNameError } from "../../api/image-name.js";
import type { SimTime, Simulation } from "../../engine/simulation.js";
import { Backoff } from "../containers/backoff.js";
import type { ImagePuller } from "./image-puller.js";
import { runtimeImageName, type RegistryAnswer } from "./images.js";

export type PullPolicy = "Always" | "IfNotPresent" | "Never";

export interface ImageRequest {
  readonly podUid: string;
  readonly image: string;
  readonly policy: PullPolicy;
  readonly event: (type: "Normal" | "Warning", reason: string, message: string) => void;
}

export type ImageOutcome =
  | { readonly ok: true; readonly message: string }
  | {
      readonly ok: false;
      /** ErrImagePull, ImagePullBackOff, ErrImageNeverPull, RegistryUnavailable, ... */
      readonly reason: string;
      readonly message: string;
      /** When another try may help; undefined where none does. */
      readonly retryAt: SimTime | undefined;
    };

export class ImageManager {
  private readonly backoff = new Backoff();
  private readonly lastErrors = new Map<string, string>();

  constructor(
    private readonly simulation: Simulation,
    private readonly puller: ImagePuller,
  ) {}

  /** Whether the container can start without a word to the registry. */
  isAtHand(image: string, policy: PullPolicy): boolean {
    return policy !== "Always" && invalidName(image) === undefined && this.puller.has(image);
  }

  /** A new kubelet process knows of no earlier failures. */
  forget(): void {
    this.backoff.clear();
    this.lastErrors.clear();
  }

  /** Message and event of an image that needs no pull. */
  presentMessage(image: string): string {
    return `Container image ${JSON.stringify(image)} already present on machine and can be accessed by the pod`;
  }

  /** Answers through `done`: at once where no pull is needed or none is tried now, else when the pull ended. */
  ensure({ podUid, image, policy, event }: ImageRequest, done: (outcome: ImageOutcome) => void): void {
    const { now } = this.simulation;
    const name = JSON.stringify(image);
    const invalid = invalidName(image);
    if (invalid !== undefined) {
      const message = `Failed to apply default image tag ${name}: ${invalid}`;
      event("Warning", "InspectFailed", message);
      done({ ok: false, reason: "InvalidImageName", message, retryAt: undefined });
      return;
    }
    if (this.isAtHand(image, policy)) {
      const message = this.presentMessage(image);
      event("Normal", "Pulled", message);
      done({ ok: true, message });
      return;
    }
    if (policy === "Never") {
      const message = `Container image ${name} is not present with pull policy of Never`;
      event("Warning", "ErrImageNeverPull", message);
      done({ ok: false, reason: "ErrImageNeverPull", message, retryAt: undefined });
      return;
    }
    const key = `${podUid}_${image}`;
    const until = this.backoff.untilSinceUpdate(key, now);
    if (until !== undefined) {
      const text = `Back-off pulling image ${name}`;
      event("Normal", "BackOff", text);
      const last = this.lastErrors.get(key);
      done({ ok: false, reason: "ImagePullBackOff", message: last === undefined ? text : `${text}: ${last}`, retryAt: until });
      return;
    }
    this.lastErrors.delete(key);
    event("Normal", "Pulling", `Pulling image ${name}`);
    this.puller.pull(image, ({ answer, duration, durationWithWaiting }) => {
      if (answer.ok) {
        const took = `${formatDuration(duration)} (${formatDuration(durationWithWaiting)} including waiting)`;
        event("Normal", "Pulled", `Successfully pulled image ${name} in ${took}. Image size: ${answer.sizeBytes} bytes.`);
        this.backoff.collect(this.simulation.now);
        done({ ok: true, message: "" });
        return;
      }
      const ended = this.simulation.now;
      const { reason } = answer;
      const message = failureMessage(image, answer);
      event(
        "Warning",
        "Failed",
        `Failed to pull image ${name}: ${reason === "ErrImagePull" ? answer.message : `${reason}: ${answer.message}`}`,
      );
      this.lastErrors.set(key, `${reason}: ${message}`);
      this.backoff.next(key, ended, ended);
      done({ ok: false, reason, message, retryAt: this.backoff.untilSinceUpdate(key, ended) });
    });
  }
}

/** Why a text names no image; undefined where it does. */
function invalidName(image: string): string | undefined {
  try {
    runtimeImageName(image);
    return undefined;
  } catch (error) {
    if (error instanceof ImageNameError) return error.message;
    throw error;
  }
}

function failureMessage(image: string, answer: RegistryAnswer & { readonly ok: false }): string {
  switch (answer.reason) {
    case "RegistryUnavailable":
      return `image pull failed for ${image} because the registry is unavailable: ${answer.message}`;
    case "SignatureValidationFailed":
      return `image pull failed for ${image} because the signature validation failed: ${answer.message}`;
    case "ErrImagePull":
      return answer.message;
  }
}
