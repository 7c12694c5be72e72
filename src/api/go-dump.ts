/**
 * A value of an API type as Go's dump of it reads: every field with its type, nil ones too, maps sorted by key, nothing quoted.
 * Hashes of pod templates are made of this text.
 *
 * Source: apimachinery pkg/util/dump (ForHash), which is github.com/davecgh/go-spew with sorted keys and without methods and
 * addresses of pointers. The dump of a `time.Time` with a value names the zone of the machine; here it is UTC.
 */
import { SECOND } from "./duration.js";
import { structJson } from "./go-json.js";
import { parseQuantity, type Quantity } from "./quantity.js";
import type { Field, Member, SimpleType, StructType, Type } from "./schema/descriptor.js";
import { structOf } from "./schema/descriptor.js";
import { goFieldName } from "./schema/go-names.js";
import "./schema/index.js";

type Plain = Readonly<Record<string, unknown>>;

const NIL = "<nil>";

/** Seconds from the first of January of the year 1, where Go's clock begins, to the Unix epoch (unixToInternal of Go's time package). */
const SECONDS_BEFORE_UNIX_EPOCH = 62_135_596_800;

/** A number of 64 bits is one machine word; big integers are lists of them, the lowest first (math/big). */
const WORD_BITS = 64n;

/** The value of a named type, read as a client reads it from the API server: empty lists and maps are nil. */
export function goDump(typeName: string, value: object): string {
  const type = structOf(typeName);
  return `(${type.goName})${dumpStruct(type, value as Plain)}`;
}

/** A list of bytes. */
export function goDumpBytes(bytes: Uint8Array): string {
  return `([]uint8)[${bytes.join(" ")}]`;
}

function dumpStruct(type: StructType, value: Plain): string {
  return `{${type.members.map((member) => dumpMember(type, member, value)).join(" ")}}`;
}

function dumpMember(owner: StructType, member: Member, value: Plain): string {
  if ("embedded" in member) {
    const { name, goName } = member.embedded;
    return `${name}:(${goName})${dumpStruct(member.embedded, value)}`;
  }
  const given = value[member.name];
  return `${goFieldName(owner.name, member.name)}:(${member.pointer ? "*" : ""}${member.type.goName})${dumpField(member, given)}`;
}

function dumpField({ type, pointer }: Field, value: unknown): string {
  return pointer && value === undefined ? NIL : dumpValue(type, value);
}

function dumpValue(type: Type, value: unknown): string {
  switch (type.form) {
    case "struct":
      return dumpStruct(type, (value ?? {}) as Plain);
    case "list": {
      const items = (value ?? []) as readonly unknown[];
      return items.length === 0 ? NIL : `[${items.map((item) => dumpValue(type.element, item)).join(" ")}]`;
    }
    case "map": {
      const entries = Object.entries((value ?? {}) as Plain).sort(([a], [b]) => (a < b ? -1 : 1));
      return entries.length === 0 ? NIL : `map[${entries.map(([key, one]) => `${key}:${dumpValue(type.element, one)}`).join(" ")}]`;
    }
    case "simple":
      return dumpSimple(type, value);
  }
}

function dumpSimple({ simple }: SimpleType, value: unknown): string {
  switch (simple) {
    case "Quantity":
      return dumpQuantity(value as string | undefined);
    case "IntOrString":
      return dumpIntOrString((value ?? 0) as string | number);
    case "Time":
    case "MicroTime":
      return dumpTime(value as number | undefined);
    case "any":
      return `{Raw:${goDumpBytes(new TextEncoder().encode(structJson(value)))}}`;
    case "string":
    case "bytes":
    case "Duration":
      return (value as string | undefined) ?? "";
    case "bool":
      return String((value as boolean | undefined) ?? false);
    default:
      return String((value as number | undefined) ?? 0);
  }
}

function dumpIntOrString(value: string | number): string {
  const [type, number, text] = typeof value === "string" ? [1, 0, value] : [0, value, ""];
  return `{Type:(intstr.Type)${type} IntVal:(int32)${number} StrVal:(string)${text}}`;
}

function dumpTime(timestamp: number | undefined): string {
  const seconds = timestamp === undefined ? 0 : Math.floor(timestamp / SECOND) + SECONDS_BEFORE_UNIX_EPOCH;
  return `{Time:(time.Time){wall:(uint64)0 ext:(int64)${seconds} loc:(*time.Location)${NIL}}}`;
}

/** A quantity is stored as its canonical text and parsed from that. */
function dumpQuantity(text: string | undefined): string {
  const quantity = parseQuantity(parseQuantity(text ?? "0").toString());
  const { value, scale, decimal } = amountOf(quantity);
  const amount = `i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}}`;
  return `{${amount} d:(resource.infDecAmount){Dec:(*inf.Dec)${decimal}} s:(string)${quantity.spelling} Format:(resource.Format)${quantity.format}}`;
}

function amountOf(quantity: Quantity): { readonly value: bigint; readonly scale: number; readonly decimal: string } {
  const { mantissa, scale } = quantity;
  if (!quantity.isArbitrary) return { value: mantissa, scale, decimal: NIL };
  const unscaled = `{neg:(bool)${mantissa < 0n} abs:(big.nat)${wordsOf(mantissa < 0n ? -mantissa : mantissa)}}`;
  return { value: 0n, scale: 0, decimal: `{unscaled:(big.Int)${unscaled} scale:(inf.Scale)${-scale}}` };
}

function wordsOf(magnitude: bigint): string {
  if (magnitude === 0n) return NIL;
  const words: string[] = [];
  for (let rest = magnitude; rest > 0n; rest >>= WORD_BITS) words.push(BigInt.asUintN(Number(WORD_BITS), rest).toString());
  return `[${words.join(" ")}]`;
}
