/** `${NAME}` in a scenario: values that the file gives under `parameters:` and the command line may replace. */
import type { Finding, Path } from "./mistake.js";
import { suggestion } from "./suggestion.js";

export type ParameterValue = string | number | boolean | null;

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_-]*)\}/g;
const WHOLE_REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_-]*)\}$/;
/** Below these fields unknown references belong to somebody else (a shell in a container). */
const FOREIGN = new Set(["template", "scheduler"]);

/**
 * The parameters of a document, those of the command line in place of its own. Names that the document does not know are findings.
 *
 * @param written names as they are written, where reading has made other texts of them
 */
export function parametersOf(
  document: unknown,
  written: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, string>,
  found: Finding[],
): ReadonlyMap<string, ParameterValue> {
  const declared = (document as { parameters?: unknown }).parameters;
  const parameters = new Map<string, ParameterValue>();
  if (typeof declared === "object" && declared !== null && !Array.isArray(declared)) {
    for (const [name, value] of Object.entries(declared)) parameters.set(written.get(name) ?? name, value as ParameterValue);
  }
  for (const [name, text] of given) {
    if (!parameters.has(name)) {
      const known = [...parameters.keys()];
      found.push({
        path: ["parameters"],
        at: "value",
        message: `--set ${name}: unknown parameter; ${known.length === 0 ? "the scenario has none" : suggestion(name, known)}`,
      });
      continue;
    }
    parameters.set(name, likeDefault(text, parameters.get(name)!));
  }
  return parameters;
}

/** A text of the command line takes the type of the value that it replaces. */
function likeDefault(text: string, original: ParameterValue): ParameterValue {
  if (typeof original === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (typeof original === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** Puts the values in place of the references. */
export function substitute(value: unknown, parameters: ReadonlyMap<string, ParameterValue>, found: Finding[], path: Path = []): unknown {
  if (typeof value === "string") return substituteText(value, parameters, found, path);
  if (Array.isArray(value)) return value.map((item, index) => substitute(item, parameters, found, [...path, index]));
  if (typeof value !== "object" || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    result[name] = path.length === 0 && name === "parameters" ? part : substitute(part, parameters, found, [...path, name]);
  }
  return result;
}

function substituteText(text: string, parameters: ReadonlyMap<string, ParameterValue>, found: Finding[], path: Path): unknown {
  const whole = WHOLE_REFERENCE.exec(text);
  if (whole !== null && isUsable(whole[1], parameters, found, path)) return parameters.get(whole[1]);
  return text.replace(REFERENCE, (reference, name: string) =>
    isUsable(name, parameters, found, path) ? String(parameters.get(name)) : reference,
  );
}

function isUsable(name: string, parameters: ReadonlyMap<string, ParameterValue>, found: Finding[], path: Path): boolean {
  const value = parameters.get(name);
  if (value !== undefined && value !== null) return true;
  if (value === null) found.push({ path, at: "value", message: `parameter ${name} has no value; give it with --set ${name}=VALUE` });
  else if (!path.some((part) => FOREIGN.has(String(part)))) {
    const known = [...parameters.keys()];
    found.push({
      path,
      at: "value",
      message: `unknown parameter ${name}; ${known.length === 0 ? "the scenario has no parameters" : suggestion(name, known)}`,
    });
  }
  return false;
}
