/** Names of container images. */

export interface ImageName {
  /** With the registry's host, normalised: docker.io/library/nginx. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const DEFAULT_DOMAIN = "docker.io";
const LEGACY_DEFAULT_DOMAIN = "index.docker.io";
const OFFICIAL_REPOSITORY = "library";
export const DEFAULT_TAG = "latest";
/** distribution/reference's grammar, in short: path components, tag, digest. */
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const IDENTIFIER = /^[a-f0-9]{64}$/;

/** A text that names no image; the message is the reference library's own, as the kubelet passes it on. */
export class ImageNameError extends Error {
  override readonly name = "ImageNameError";
  constructor(image: string, why: string) {
    super(`couldn't parse image name ${JSON.stringify(image)}: ${why}`);
  }
}

const FORMAT_WRONG = "invalid reference format";

/**
 * Parts of an image's name.
 *
 * Source: github.com/distribution/reference (normalize.go, reference.go).
 *
 * @throws ImageNameError
 */
export function parseImageName(image: string): ImageName {
  const wrong = (why: string): ImageNameError => new ImageNameError(image, why);
  if (IDENTIFIER.test(image)) throw wrong(`invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`);
  const slash = image.indexOf("/");
  const first = slash < 0 ? "" : image.slice(0, slash);
  const isDomain = slash >= 0 && (/[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first);
  let domain = isDomain ? first : DEFAULT_DOMAIN;
  let rest = isDomain ? image.slice(slash + 1) : image;
  if (domain === LEGACY_DEFAULT_DOMAIN) domain = DEFAULT_DOMAIN;
  if (domain === DEFAULT_DOMAIN && !rest.includes("/")) rest = `${OFFICIAL_REPOSITORY}/${rest}`;
  const remote = rest.split(":", 1)[0];
  if (remote.toLowerCase() !== remote) throw wrong(`${FORMAT_WRONG}: repository name (${remote}) must be lowercase`);

  const at = rest.indexOf("@");
  const digest = at < 0 ? "" : rest.slice(at + 1);
  const named = at < 0 ? rest : rest.slice(0, at);
  const colon = named.indexOf(":");
  const tag = colon < 0 ? "" : named.slice(colon + 1);
  const path = colon < 0 ? named : named.slice(0, colon);
  if (!DOMAIN.test(domain) || !PATH.test(path) || (colon >= 0 && !TAG.test(tag)) || (at >= 0 && !DIGEST.test(digest)))
    throw wrong(FORMAT_WRONG);
  return { repository: `${domain}/${path}`, tag: tag === "" && digest === "" ? DEFAULT_TAG : tag, digest };
}

/** The policy of a container that names none. Source: https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting */
export function defaultPullPolicy(image: string): "Always" | "IfNotPresent" {
  try {
    return parseImageName(image).tag === DEFAULT_TAG ? "Always" : "IfNotPresent";
  } catch (error) {
    if (error instanceof ImageNameError) return "IfNotPresent";
    throw error;
  }
}
