/**
 * An extender whose answers of one cycle are remembered, so that the cycle can be explained without asking the process outside again.
 */
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { ExtenderError, type ExtenderSettings, type FilterAnswer, type NodeExtender } from "./extender.js";

type Answer<T> = { readonly value: T } | { readonly failure: ExtenderError };

class Answers {
  readonly filter: Answer<FilterAnswer>[] = [];
  readonly prioritize: Answer<ReadonlyMap<string, number>>[] = [];
}

export class RememberingExtender implements NodeExtender {
  readonly settings: ExtenderSettings;
  private answers = new Answers();

  constructor(private readonly extender: NodeExtender) {
    this.settings = extender.settings;
  }

  /** A cycle begins: what is remembered is that of this cycle. */
  begin(): void {
    this.answers = new Answers();
  }

  /** The extender as it answered in this cycle. */
  replay(): NodeExtender {
    return new ReplayedExtender(this.extender, this.answers);
  }

  isInterested(pod: PodInfo): boolean {
    return this.extender.isInterested(pod);
  }

  filter(pod: PodInfo, nodes: readonly NodeInfo[]): FilterAnswer {
    return remember(this.answers.filter, () => this.extender.filter(pod, nodes));
  }

  prioritize(pod: PodInfo, nodes: readonly NodeInfo[]): ReadonlyMap<string, number> {
    return remember(this.answers.prioritize, () => this.extender.prioritize(pod, nodes));
  }
}

function remember<T>(answers: Answer<T>[], ask: () => T): T {
  try {
    const value = ask();
    answers.push({ value });
    return value;
  } catch (error) {
    if (error instanceof ExtenderError) answers.push({ failure: error });
    throw error;
  }
}

/** Gives the remembered answers again, in the same order. */
class ReplayedExtender implements NodeExtender {
  readonly settings: ExtenderSettings;
  private readonly next = { filter: 0, prioritize: 0 };

  constructor(
    private readonly extender: NodeExtender,
    private readonly answers: Answers,
  ) {
    this.settings = extender.settings;
  }

  isInterested(pod: PodInfo): boolean {
    return this.extender.isInterested(pod);
  }

  filter(): FilterAnswer {
    return again(this.answers.filter[this.next.filter++]);
  }

  prioritize(): ReadonlyMap<string, number> {
    return again(this.answers.prioritize[this.next.prioritize++]);
  }
}

function again<T>(answer: Answer<T>): T {
  if ("failure" in answer) throw answer.failure;
  return answer.value;
}
