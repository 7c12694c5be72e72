/** Validation of volumes of CSI drivers. Source: validateCSIDriverName and validateCSI...Source in pkg/apis/core/validation/validation.go. */
import { invalid, required, tooLong, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsLabel, dnsSubdomain } from "./names.js";
import { needs, type Source, type SourceRule, text } from "./source-rule.js";

const MAX_DRIVER_NAME = 63;

export function csiDriverName(field: string, name: string): FieldError[] {
  const errors = name === "" ? [required(field)] : [];
  if (name.length > MAX_DRIVER_NAME) errors.push(tooLong(field, MAX_DRIVER_NAME));
  return [...errors, ...dnsSubdomain(name.toLowerCase()).map((message) => invalid(field, name, message))];
}

export const validateCsi: SourceRule = (field, source) => {
  const errors = csiDriverName(`${field}.driver`, text(source, "driver"));
  const secret = source.nodePublishSecretRef as Source | undefined;
  if (secret === undefined) return errors;
  const name = text(secret, "name");
  // The API server looks for the name of the secret one level above where it stands.
  return [...errors, ...(name === "" ? [required(`${field}.nodePublishSecretRef.name`)] : check(`${field}.name`, name, dnsSubdomain))];
};

const PERSISTENT_CSI_SECRETS = ["controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"];

export const validatePersistentCsi: SourceRule = (field, source) => [
  ...csiDriverName(`${field}.driver`, text(source, "driver")),
  ...needs("volumeHandle")(field, source),
  ...PERSISTENT_CSI_SECRETS.flatMap((name) => {
    const secret = source[name] as Source | undefined;
    if (secret === undefined) return [];
    const [own, namespace] = [text(secret, "name"), text(secret, "namespace")];
    const path = `${field}.${name}`;
    return [
      ...(own === "" ? [required(`${path}.name`)] : check(`${path}.name`, own, dnsSubdomain)),
      ...(namespace === "" ? [required(`${path}.namespace`)] : check(`${path}.namespace`, namespace, dnsLabel)),
    ];
  }),
];
