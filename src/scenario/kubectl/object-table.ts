/** Tables of objects, as `kubectl get` prints them. */
import { kindInfo, type Kind } from "../../api/kinds.js";
import type { ApiObject, Timestamp } from "../../api/types/meta.js";
import { columnsOf } from "./columns.js";
import { displayName } from "./session.js";
import { ColumnWriter } from "./table.js";

export interface TableOptions {
  readonly wide?: boolean;
  /** With a NAMESPACE column. */
  readonly namespaces?: boolean;
  /** Names as TYPE/NAME, where several kinds are listed. */
  readonly typed?: boolean;
  readonly headers?: boolean;
  readonly labels?: boolean;
  /** Labels that have a column each. */
  readonly labelColumns?: readonly string[];
}

/** A table whose rows may come one after the other: its title is printed above the first, its columns never become narrower. */
export class ObjectTable {
  private readonly writer = new ColumnWriter();
  private isBegun = false;

  constructor(
    private readonly kind: Kind,
    private readonly options: TableOptions = {},
  ) {}

  /** @param leading a cell in front of each row, with its title */
  lines(objects: readonly ApiObject[], now: Timestamp, leading?: { readonly title: string; readonly text: string }): readonly string[] {
    const { kind, options } = this;
    const { labelColumns = [] } = options;
    const info = kindInfo(kind)!;
    const columns = columnsOf(kind, options.wide === true);
    const isNamespaced = options.namespaces === true && info.namespaced;
    const titles = [
      ...(leading === undefined ? [] : [leading.title]),
      ...(isNamespaced ? ["NAMESPACE"] : []),
      ...columns.map(({ title }) => title),
      ...labelColumns.map(titleOfLabel),
      ...(options.labels === true ? ["LABELS"] : []),
    ];
    const rows = objects.map((object) => [
      ...(leading === undefined ? [] : [leading.text]),
      ...(isNamespaced ? [object.metadata.namespace ?? ""] : []),
      ...columns.map((column) =>
        column.title === "NAME" && options.typed === true ? displayName(info, object.metadata.name) : column.value(object, now),
      ),
      ...labelColumns.map((key) => object.metadata.labels?.[key] ?? ""),
      ...(options.labels === true ? [labelText(object)] : []),
    ]);
    const hasTitle = options.headers !== false && !this.isBegun;
    this.isBegun = true;
    return this.writer.align(hasTitle ? [titles, ...rows] : rows).map((line) => line.trimEnd());
  }
}

/** The table of objects of one kind, line by line. */
export function tableLines(kind: Kind, objects: readonly ApiObject[], now: Timestamp, options: TableOptions = {}): readonly string[] {
  return new ObjectTable(kind, options).lines(objects, now);
}

/** `topology.kubernetes.io/zone` as `ZONE`. Source: k8s.io/cli-runtime/pkg/printers/tableprinter.go formatLabelHeaders */
function titleOfLabel(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1).toUpperCase();
}

function labelText({ metadata }: ApiObject): string {
  const labels = Object.entries(metadata.labels ?? {});
  return labels.length === 0
    ? "<none>"
    : labels
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(",");
}
