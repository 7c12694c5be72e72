/**
 * Image pulls of one node: one at a time by default, each as long as registry and bandwidth make it.
 *
 * Source: https://kubernetes.io/docs/concepts/containers/images/#serial-and-parallel-image-pulls
 */
import { SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import { runtimeImageName, type ImageRegistry, type RegistryAnswer } from "./images.js";

export interface PullResult {
  readonly answer: RegistryAnswer;
  /** The transfer alone, and with the time spent in the queue. */
  readonly duration: SimTime;
  readonly durationWithWaiting: SimTime;
}

interface Waiting {
  readonly image: string;
  readonly since: SimTime;
  readonly done: (result: PullResult) => void;
}

export interface ImagePullerOptions {
  readonly registry: ImageRegistry;
  /** Bytes a second between registry and node. */
  readonly bandwidth: number;
  /** Time of a request that transfers nothing, microseconds. */
  readonly latency: SimTime;
  readonly parallel: number;
}

/** The images on a node's disk and the pulls that are going on. */
export class ImagePuller {
  /** Runtime's image name to its size in bytes. */
  readonly present = new Map<string, number>();
  private readonly queue: Waiting[] = [];
  private pulling = 0;
  private epoch = 0;

  constructor(
    private readonly simulation: Simulation,
    private readonly options: ImagePullerOptions,
    private readonly onImagesChanged: () => void,
  ) {}

  has(image: string): boolean {
    return this.present.has(runtimeImageName(image));
  }

  /** Puts an image on the disk without a pull. */
  preload(image: string): void {
    const answer = this.options.registry.resolve(image, this.simulation.now);
    if (answer.ok) this.present.set(runtimeImageName(image), answer.sizeBytes);
  }

  pull(image: string, done: (result: PullResult) => void): void {
    this.queue.push({ image, since: this.simulation.now, done });
    this.startNext();
  }

  /** Forgets all pulls that are going on: the machine lost power. */
  abort(): void {
    this.queue.length = 0;
    this.pulling = 0;
    this.epoch++;
  }

  private startNext(): void {
    while (this.pulling < this.options.parallel && this.queue.length > 0) this.start(this.queue.shift()!);
  }

  private start({ image, since, done }: Waiting): void {
    this.pulling++;
    const began = this.simulation.now;
    const { epoch } = this;
    const name = runtimeImageName(image);
    const answer = this.options.registry.resolve(image, began);
    const bytes = answer.ok && this.present.get(name) !== answer.sizeBytes ? answer.sizeBytes : 0;
    const duration = this.options.latency + Math.round((bytes / this.options.bandwidth) * SECOND);
    this.simulation.after(duration, () => {
      if (epoch !== this.epoch) return;
      this.pulling--;
      if (answer.ok && !this.present.has(name)) {
        this.present.set(name, answer.sizeBytes);
        this.onImagesChanged();
      }
      done({ answer, duration, durationWithWaiting: this.simulation.now - since });
      this.startNext();
    });
  }
}
