/** Reads operations with the parameters of one workload filled in. */
import type { ManifestDocument } from "../../../api/manifest/document.js";
import type { Mistake, Path } from "../../mistake.js";
import { suggestion } from "../../suggestion.js";
import { Fields } from "./fields.js";
import { NOT_SIMULATED, OPCODES } from "./opcodes.js";
import type { Operation } from "./operation.js";
import { OperationValues } from "./operation-values.js";

export class OperationReader {
  private readonly values: OperationValues;

  constructor(
    private readonly document: ManifestDocument,
    params: Readonly<Record<string, unknown>>,
    workload: Path,
    defaultPodTemplate: string | undefined,
    private readonly mistakes: Mistake[],
  ) {
    this.values = new OperationValues(document, params, workload, defaultPodTemplate, mistakes);
  }

  /** Undefined where something is wrong; that is among the mistakes then. */
  read(path: Path, value: unknown): Operation | undefined {
    const before = this.mistakes.length;
    const fields = new Fields(this.document, value, path, this.mistakes);
    const opcode = fields.text("opcode");
    if (this.mistakes.length > before) return undefined;
    const known = OPCODES[opcode];
    const notSimulated = NOT_SIMULATED[opcode];
    if (notSimulated !== undefined) {
      fields.wrong(["opcode"], `Unsupported value: "${opcode}": ${notSimulated} not simulated`);
      return undefined;
    }
    if (known === undefined) {
      fields.wrong(["opcode"], `Unsupported value: "${opcode}": ${suggestion(opcode, Object.keys(OPCODES))}`);
      return undefined;
    }
    fields.allow(["opcode", ...known.fields]);
    const operation = known.read(this.values, fields);
    return this.mistakes.length > before ? undefined : operation;
  }
}
