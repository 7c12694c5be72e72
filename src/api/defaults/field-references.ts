/** Defaults of what takes its value from elsewhere: environment variables and downward API files. Source: k8s.io/kubernetes/pkg/apis/core/v1. */

type Plain = Readonly<Record<string, unknown>>;

/** What each kind of reference has where it does not say: SetDefaults_ObjectFieldSelector, Go's zero quantity, and FileKeySelector's "+default". */
const REFERENCES: Readonly<Record<string, Plain>> = {
  fieldRef: { apiVersion: "v1" },
  resourceFieldRef: { divisor: "0" },
  fileKeyRef: { optional: false },
};

/** The value's source, or the file, with its references complete; the same object where they are. */
export function defaultReference<T extends object>(source: T): T {
  let complete: Plain = source as Plain;
  for (const [name, defaults] of Object.entries(REFERENCES)) {
    const reference = complete[name] as Plain | undefined;
    if (reference === undefined || Object.keys(defaults).every((field) => reference[field] !== undefined)) continue;
    complete = { ...complete, [name]: { ...defaults, ...reference } };
  }
  return complete as T;
}
