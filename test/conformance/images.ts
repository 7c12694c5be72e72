/** Names of images, pulls with back-off, and the collection of unused images. */
import { parseDuration } from "../../src/api/duration.js";
import { MILLISECOND, SECOND, Simulation } from "../../src/engine/simulation.js";
import { ImageGarbageCollector, type StoredImage } from "../../src/node/images/image-gc.js";
import { ImageManager, type PullPolicy } from "../../src/node/images/image-manager.js";
import { ImagePuller } from "../../src/node/images/image-puller.js";
import { defaultPullPolicy, ImageNameError, parseImageName } from "../../src/api/image-name.js";
import { runtimeImageName, type RegistryAnswer } from "../../src/node/images/images.js";
import { exactDifferences } from "./expected.js";

export const kind = "images";

interface GCInput {
  readonly imageFsCapacityBytes: number;
  readonly otherUsedBytes: number;
  readonly imageGCHighThresholdPercent: number;
  readonly imageGCLowThresholdPercent: number;
  readonly imageMinimumGCAge: string;
  readonly imageMaximumGCAge: string;
  readonly steps: readonly {
    readonly advanceSeconds: number;
    readonly op: "garbageCollect" | "deleteUnused";
    readonly inUse: readonly string[];
    readonly pulled?: StoredImage;
  }[];
}

interface PullInput {
  readonly image: string;
  readonly imagePullPolicy: PullPolicy;
  readonly presentAtStart: boolean;
  readonly pullTakesMs: number;
  readonly steps: readonly {
    readonly advanceSeconds: number;
    readonly ifPulled: "ok" | "ErrImagePull" | "RegistryUnavailable" | "SignatureValidationFailed";
  }[];
}

type ImagesCase =
  | { readonly sub: "name"; readonly input: { readonly image: string }; readonly expected: unknown }
  | { readonly sub: "gc"; readonly input: GCInput; readonly expected: unknown }
  | { readonly sub: "pull"; readonly input: PullInput; readonly expected: unknown };

export function check(testCase: ImagesCase): string[] {
  switch (testCase.sub) {
    case "name":
      return exactDifferences("", nameOf(testCase.input.image), testCase.expected);
    case "gc":
      return exactDifferences("", { steps: collections(testCase.input) }, testCase.expected);
    case "pull":
      return exactDifferences("", { steps: pulls(testCase.input) }, testCase.expected);
  }
}

function nameOf(image: string): object {
  try {
    return { ...parseImageName(image), runtimeImage: runtimeImageName(image), defaultPullPolicy: defaultPullPolicy(image) };
  } catch (error) {
    if (error instanceof ImageNameError) return { error: error.message, defaultPullPolicy: defaultPullPolicy(image) };
    throw error;
  }
}

function collections(input: GCInput): object[] {
  const images = new Map<string, StoredImage>();
  let inUse: readonly string[] = [];
  let removed: string[] = [];
  const store = {
    images: () => images.values(),
    isInUse: (id: string) => inUse.includes(id),
    remove: (id: string) => {
      images.delete(id);
      removed.push(id);
    },
    capacity: input.imageFsCapacityBytes,
    get available() {
      const used = [...images.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, input.otherUsedBytes);
      return Math.max(0, input.imageFsCapacityBytes - used);
    },
  };
  const policy = {
    highThresholdPercent: input.imageGCHighThresholdPercent,
    lowThresholdPercent: input.imageGCLowThresholdPercent,
    minAge: parseDuration(input.imageMinimumGCAge),
    maxAge: parseDuration(input.imageMaximumGCAge),
  };
  const collector = new ImageGarbageCollector(policy, store, 0);
  let now = 0;
  return input.steps.map((step) => {
    now += step.advanceSeconds * SECOND;
    if (step.pulled !== undefined) images.set(step.pulled.id, step.pulled);
    ({ inUse } = step);
    removed = [];
    if (step.op === "deleteUnused") collector.deleteUnused(now);
    const error = step.op === "garbageCollect" ? collector.collect(now) : undefined;
    return { removed, ...(error !== undefined && { error }), events: error === undefined ? [] : [`Warning FreeDiskSpaceFailed ${error}`] };
  });
}

const SIZE_BYTES = 1234;

function pulls(input: PullInput): object[] {
  const simulation = new Simulation({ seed: 0 });
  let answer: RegistryAnswer = { ok: true, sizeBytes: SIZE_BYTES };
  const puller = new ImagePuller(
    simulation,
    { registry: { resolve: () => answer }, bandwidth: Number.POSITIVE_INFINITY, latency: input.pullTakesMs * MILLISECOND, parallel: 1 },
    () => undefined,
  );
  if (input.presentAtStart && !("error" in nameOf(input.image))) puller.preload(input.image);
  const manager = new ImageManager(simulation, puller);
  return input.steps.map(({ advanceSeconds, ifPulled }) => {
    simulation.run(simulation.now + advanceSeconds * SECOND);
    answer =
      ifPulled === "ok"
        ? { ok: true, sizeBytes: SIZE_BYTES }
        : { ok: false, reason: ifPulled, message: ifPulled === "ErrImagePull" ? "not found" : "details" };
    const atMs = simulation.now / MILLISECOND;
    const events: string[] = [];
    const result: Record<string, unknown> = { atMs, events };
    manager.ensure(
      {
        podUid: "u",
        image: input.image,
        policy: input.imagePullPolicy,
        event: (type, reason, message) => events.push(`${type} ${reason} ${message}`),
      },
      (outcome) => {
        result["message"] = outcome.message;
        result["imageRef"] = outcome.ok ? "ref" : "";
        if (!outcome.ok) result["error"] = outcome.reason;
      },
    );
    simulation.run();
    return result;
  });
}
