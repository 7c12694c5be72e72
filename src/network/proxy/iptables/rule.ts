/** One rule of iptables: what a packet must be like, and what then happens to it. */
import type { Protocol } from "../service-port.js";

export interface IptablesRule {
  readonly comment?: string;
  /** `-m recent`: the client's last back end. */
  readonly recent?: { readonly name: string; readonly set: true } | { readonly name: string; readonly seconds: number };
  /** `-m statistic --mode random`: as text with ten decimals. */
  readonly probability?: string;
  readonly destinationIsLocal?: true;
  readonly sourceIsLocal?: true;
  readonly protocol?: Protocol;
  readonly destination?: string;
  readonly notDestination?: string;
  readonly destinationPort?: number;
  readonly source?: string;
  readonly notSource?: string;
  /** Name of the counter of `-m nfacct`. */
  readonly counter?: string;
  /** Chain or verdict; a rule without one only counts. */
  readonly target?: string;
  readonly toDestination?: string;
  /** A rule of the fixed part, whose text stands for itself; `target` is given where packets are led on. */
  readonly text?: string;
}

/** The rule as iptables-restore reads it, without "-A CHAIN". */
export function ruleText(rule: IptablesRule): string {
  if (rule.text !== undefined) return rule.text;
  const words: string[] = [];
  if (rule.comment !== undefined) words.push("-m comment --comment", quoted(rule.comment));
  if (rule.recent !== undefined && !("set" in rule.recent)) {
    words.push(`-m recent --name ${rule.recent.name} --rcheck --seconds ${rule.recent.seconds} --reap`);
  }
  if (rule.recent !== undefined && "set" in rule.recent) words.push(`-m recent --name ${rule.recent.name} --set`);
  if (rule.probability !== undefined) words.push(`-m statistic --mode random --probability ${rule.probability}`);
  if (rule.destinationIsLocal === true) words.push("-m addrtype --dst-type LOCAL");
  if (rule.sourceIsLocal === true) words.push("-m addrtype --src-type LOCAL");
  if (rule.protocol !== undefined) words.push(`-m ${rule.protocol} -p ${rule.protocol}`);
  if (rule.destination !== undefined) words.push(`-d ${rule.destination}`);
  if (rule.notDestination !== undefined) words.push(`! -d ${rule.notDestination}`);
  if (rule.destinationPort !== undefined) words.push(`--dport ${rule.destinationPort}`);
  if (rule.source !== undefined) words.push(`-s ${rule.source}`);
  if (rule.notSource !== undefined) words.push(`! -s ${rule.notSource}`);
  if (rule.counter !== undefined) words.push(`-m nfacct --nfacct-name ${rule.counter}`);
  if (rule.target !== undefined) words.push(`-j ${rule.target}`);
  if (rule.toDestination !== undefined) words.push(`--to-destination ${rule.toDestination}`);
  return words.join(" ");
}

/** iptables-restore needs quotes only around a text with blanks. */
function quoted(comment: string): string {
  return comment.includes(" ") ? `"${comment}"` : comment;
}
