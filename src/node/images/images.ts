/** Container images: what a registry serves, and what a node has. */
import { DEFAULT_TAG, defaultPullPolicy, parseImageName } from "../../api/image-name.js";
import type { Container } from "../../api/types/pod.js";
import type { SimTime } from "../../engine/simulation.js";

/** What a registry says of an image. */
export type RegistryAnswer =
  | { readonly ok: true; readonly sizeBytes: number }
  | { readonly ok: false; readonly reason: "ErrImagePull" | "RegistryUnavailable" | "SignatureValidationFailed"; readonly message: string };

export interface ImageRegistry {
  /** Asked at each pull. */
  resolve(image: string, now: SimTime): RegistryAnswer;
}

/** Size of an image of which nothing is known: the order of the Docker Hub's official images (nginx: 67 MiB compressed). An assumption. */
export const ASSUMED_IMAGE_SIZE_BYTES = 67 * 1024 * 1024;

/** Has every image: those listed with their sizes, all others with the size given. */
export function registryOf(sizes: Readonly<Record<string, number>> = {}, otherwise: number = ASSUMED_IMAGE_SIZE_BYTES): ImageRegistry {
  return { resolve: (image) => ({ ok: true, sizeBytes: sizes[image] ?? otherwise }) };
}

const runtimeNames = new Map<string, string>();

/**
 * The name that the runtime is asked for: only the default tag is added.
 *
 * @throws ImageNameError
 */
export function runtimeImageName(image: string): string {
  let name = runtimeNames.get(image);
  if (name === undefined) {
    parseImageName(image);
    const named = image.includes("@") || image.lastIndexOf(":") > image.lastIndexOf("/");
    runtimeNames.set(image, (name = named ? image : `${image}:${DEFAULT_TAG}`));
  }
  return name;
}

export function pullPolicyOf(container: Container): "Always" | "IfNotPresent" | "Never" {
  return container.imagePullPolicy ?? defaultPullPolicy(container.image ?? "");
}
