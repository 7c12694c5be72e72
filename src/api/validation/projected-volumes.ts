/** Validation of volumes that show parts of the API: downward API and projections. Source: validateProjectionSources in pkg/apis/core/validation/validation.go. */
import type { LabelSelector } from "../types/meta.js";
import { type FieldReference, type ResourceReference, validateFieldReference, validateResourceReference } from "./downward-api.js";
import { forbidden, invalid, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsSubdomain } from "./names.js";
import { fileMode, keyToPath, type KeyToPath, localNonReservedPath } from "./paths.js";
import { validateLabelSelector } from "./selectors.js";

const VOLUME_FIELDS = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
/** Life of a token, in seconds. */
const LEAST_TOKEN_SECONDS = 600;
const GREATEST_TOKEN_SECONDS = 2 ** 32;

interface DownwardFile {
  readonly path?: string;
  readonly fieldRef?: FieldReference;
  readonly resourceFieldRef?: ResourceReference;
  readonly mode?: number;
}

/** Mistakes of a file are told of the list of files, as the API server does. */
function validateFile(field: string, { path = "", fieldRef, resourceFieldRef, mode }: DownwardFile): FieldError[] {
  const errors = path === "" ? [required(`${field}.path`)] : [];
  errors.push(...localNonReservedPath(`${field}.path`, path));
  if (fieldRef !== undefined) {
    errors.push(...validateFieldReference(`${field}.fieldRef`, fieldRef, VOLUME_FIELDS));
    if (resourceFieldRef !== undefined)
      errors.push(invalid(field, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
  } else if (resourceFieldRef !== undefined) {
    errors.push(...validateResourceReference(`${field}.resourceFieldRef`, resourceFieldRef, { namesContainer: true }));
  } else errors.push(required(field, "one of fieldRef and resourceFieldRef is required"));
  return [...errors, ...fileMode(`${field}.mode`, mode)];
}

interface DownwardSource {
  readonly items?: readonly DownwardFile[];
  readonly defaultMode?: number;
}

export function validateDownwardApi(field: string, { items = [], defaultMode }: DownwardSource): FieldError[] {
  return [...fileMode(`${field}.defaultMode`, defaultMode), ...items.flatMap((file) => validateFile(field, file))];
}

interface NamedItems {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
}

interface TrustBundle {
  readonly name?: string;
  readonly signerName?: string;
  readonly labelSelector?: LabelSelector;
  readonly path?: string;
}

interface Projection {
  readonly secret?: NamedItems;
  readonly configMap?: NamedItems;
  readonly downwardAPI?: DownwardSource;
  readonly serviceAccountToken?: { readonly expirationSeconds?: number; readonly path?: string };
  readonly clusterTrustBundle?: TrustBundle;
  readonly podCertificate?: object;
}

interface ProjectedSource {
  readonly sources?: readonly Projection[];
  readonly defaultMode?: number;
}

const DUPLICATE_PATH = "conflicting duplicate paths";

/** The paths that a volume's projections have taken so far. */
class TakenPaths {
  private readonly paths = new Set<string>();

  constructor(private readonly field: string) {}

  /** @param shown what the message names */
  take(path: string, shown: string): FieldError[] {
    if (this.paths.has(path)) return [invalid(this.field, shown, DUPLICATE_PATH)];
    this.paths.add(path);
    return [];
  }
}

function validateNamedItems(field: string, { name = "", items = [] }: NamedItems, taken: TakenPaths): FieldError[] {
  const errors = name === "" ? [required(`${field}.name`)] : [];
  for (const [index, item] of items.entries()) {
    errors.push(...keyToPath(`${field}.items[${index}]`, item));
    if ((item.path ?? "") !== "") errors.push(...taken.take(item.path!, name));
  }
  return errors;
}

function validateTrustBundle(field: string, { name, signerName, labelSelector, path = "" }: TrustBundle): FieldError[] {
  const errors: FieldError[] = [];
  if (name !== undefined && signerName !== undefined) {
    const shown = { Name: name, SignerName: signerName, LabelSelector: labelSelector ?? null, Optional: null, Path: path };
    errors.push(invalid(field, shown, "only one of name and signerName may be used"));
  } else if (name !== undefined) {
    if (name === "") errors.push(required(`${field}.name`, "must be a valid object name"));
    const wrong = check(`${field}.name`, name.split(":").at(-1)!, dnsSubdomain);
    errors.push(
      ...wrong.map((one) =>
        invalid(`${field}.name`, name, `not a valid clustertrustbundlename: ${one.message.replace(/^Invalid value: "[^"]*": /, "")}`),
      ),
    );
    if (labelSelector !== undefined)
      errors.push(invalid(`${field}.labelSelector`, labelSelector, "labelSelector must be unset if name is specified"));
  } else if (signerName !== undefined) {
    if (signerName === "") errors.push(required(`${field}.signerName`, "must be a valid signer name"));
    errors.push(...validateLabelSelector(`${field}.labelSelector`, labelSelector));
  } else errors.push(required(field, "either name or signerName must be specified"));
  if (path === "") errors.push(required(`${field}.path`));
  return [...errors, ...localNonReservedPath(`${field}.path`, path)];
}

function validateProjection(volume: string, field: string, source: Projection, taken: TakenPaths): FieldError[] {
  const errors: FieldError[] = [];
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle } = source;
  if (secret !== undefined) errors.push(...validateNamedItems(`${field}.secret`, secret, taken));
  if (configMap !== undefined) errors.push(...validateNamedItems(`${field}.configMap`, configMap, taken));
  for (const file of downwardAPI?.items ?? []) {
    errors.push(...validateFile(`${field}.downwardAPI`, file));
    if ((file.path ?? "") !== "") errors.push(...taken.take(file.path!, file.path!));
  }
  if (serviceAccountToken !== undefined) {
    const { expirationSeconds = 0, path = "" } = serviceAccountToken;
    const place = `${field}.serviceAccountToken.expirationSeconds`;
    if (expirationSeconds < LEAST_TOKEN_SECONDS)
      errors.push(invalid(place, expirationSeconds, "may not specify a duration less than 10 minutes"));
    if (expirationSeconds > GREATEST_TOKEN_SECONDS)
      errors.push(invalid(place, expirationSeconds, "may not specify a duration larger than 2^32 seconds"));
    if (path === "") errors.push(required(`${volume}.path`));
    else errors.push(...localNonReservedPath(`${volume}.path`, path));
  }
  if (clusterTrustBundle !== undefined) {
    const { path = "" } = clusterTrustBundle;
    errors.push(...validateTrustBundle(`${field}.clusterTrustBundle`, clusterTrustBundle), ...taken.take(path, path));
  }
  const count = Object.values(source).filter((one) => one !== undefined).length;
  return count > 1 ? [...errors, forbidden(field, "may not specify more than 1 volume type per source")] : errors;
}

export function validateProjected(field: string, { sources = [], defaultMode }: ProjectedSource): FieldError[] {
  const taken = new TakenPaths(field);
  return [
    ...fileMode(`${field}.defaultMode`, defaultMode),
    ...sources.flatMap((source, index) => validateProjection(field, `${field}.sources[${index}]`, source, taken)),
  ];
}
