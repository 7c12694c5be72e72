/** Container images: their names, what a registry serves, and what a node has. */
import type { Container } from "../api/types/pod.js";
import type { SimTime } from "../engine/simulation.js";

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

export interface ImageName {
  /** With the registry's host, normalised: docker.io/library/nginx. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const DEFAULT_DOMAIN = "docker.io";
const OFFICIAL_REPOSITORY = "library";
const DEFAULT_TAG = "latest";
/** distribution/reference's grammar, in short: path components, tag, digest. */
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const DOMAIN = /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const IDENTIFIER = /^[a-f0-9]{64}$/;

/**
 * Parts of an image's name, or undefined where it is none.
 *
 * Source: github.com/distribution/reference (normalize.go, reference.go).
 */
export function parseImageName(image: string): ImageName | undefined {
  if (IDENTIFIER.test(image)) return undefined;
  const at = image.indexOf("@");
  const digest = at < 0 ? "" : image.slice(at + 1);
  if (at >= 0 && !DIGEST.test(digest)) return undefined;
  let rest = at < 0 ? image : image.slice(0, at);
  const colon = rest.lastIndexOf(":");
  let tag = "";
  if (colon > rest.lastIndexOf("/")) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!TAG.test(tag)) return undefined;
  }
  const slash = rest.indexOf("/");
  const first = slash < 0 ? "" : rest.slice(0, slash);
  const isDomain = slash >= 0 && (/[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first);
  let domain = isDomain ? first : DEFAULT_DOMAIN;
  let path = isDomain ? rest.slice(slash + 1) : rest;
  if (domain === "index.docker.io") domain = DEFAULT_DOMAIN;
  if (domain === DEFAULT_DOMAIN && !path.includes("/")) path = `${OFFICIAL_REPOSITORY}/${path}`;
  if (!DOMAIN.test(domain) || !PATH.test(path)) return undefined;
  return { repository: `${domain}/${path}`, tag: tag === "" && digest === "" ? DEFAULT_TAG : tag, digest };
}

/** The name that the runtime is asked for: only the default tag is added. */
export function runtimeImageName(image: string): string {
  const name = parseImageName(image);
  if (name === undefined) return image;
  const named = image.includes("@") || image.lastIndexOf(":") > image.lastIndexOf("/");
  return named ? image : `${image}:${DEFAULT_TAG}`;
}

/** The policy of a container that names none. Source: https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting */
export function defaultPullPolicy(image: string): "Always" | "IfNotPresent" {
  return parseImageName(image)?.tag === DEFAULT_TAG ? "Always" : "IfNotPresent";
}

export function pullPolicyOf(container: Container): "Always" | "IfNotPresent" | "Never" {
  return container.imagePullPolicy ?? defaultPullPolicy(container.image ?? "");
}
