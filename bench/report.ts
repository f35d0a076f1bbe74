/**
 * The figures of one run and how they are shown: one row a measure, medians of the rounds, the ratio of Trilog to its peer,
 * and whether the aim was met. A measure without samples shows a dash; errors are listed under the table, never hidden.
 */
import type { BrokerName, Durability, PeerName } from './brokers.ts';
import { median } from './measure.ts';

export interface Aim {
  readonly kind: 'at-least' | 'at-most';
  /** Of the ratio Trilog to the peer, or of Trilog's own value when `own` is set. */
  readonly value: number;
  readonly own?: boolean;
}

export interface MeasureOptions {
  readonly unit: string;
  readonly durability?: Durability;
  readonly aim?: Aim;
}

interface Row extends MeasureOptions {
  readonly title: string;
  readonly samples: Record<'peer' | 'trilog', number[]>;
}

/** Whom Trilog is compared with, and how the table calls it. */
export interface Peer {
  readonly name: PeerName;
  readonly title: string;
}

export const atLeast = (value: number): Aim => ({ kind: 'at-least', value });
export const atMost = (value: number): Aim => ({ kind: 'at-most', value });

function side(broker: BrokerName): 'peer' | 'trilog' {
  return broker === 'trilog' ? 'trilog' : 'peer';
}

function show(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

export class Report {
  readonly peer: Peer;
  readonly #rows = new Map<string, Row>();
  readonly errors: string[] = [];

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Adds one sample of a measure; the first one fixes the row's place in the table. */
  add(title: string, broker: BrokerName, value: number | undefined, options: MeasureOptions): void {
    const id = `${title}|${options.durability ?? ''}`;
    const row = this.#rows.get(id) ?? { title, ...options, samples: { peer: [], trilog: [] } };
    this.#rows.set(id, row);
    if (value !== undefined && !Number.isNaN(value)) row.samples[side(broker)].push(value);
  }

  median(title: string, broker: BrokerName, durability?: Durability): number | undefined {
    const row = this.#rows.get(`${title}|${durability ?? ''}`);
    return row === undefined ? undefined : median(row.samples[side(broker)]);
  }

  fail(what: string, error: unknown): void {
    const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    this.errors.push(message);
    console.error(message);
  }

  rows() {
    return [...this.#rows.values()].map((row) => {
      const peer = median(row.samples.peer);
      const trilog = median(row.samples.trilog);
      const ratio = peer === undefined || trilog === undefined ? undefined : trilog / peer;
      const judged = row.aim?.own ? trilog : ratio;
      const hit =
        row.aim === undefined || judged === undefined
          ? undefined
          : row.aim.kind === 'at-least'
            ? judged >= row.aim.value
            : judged <= row.aim.value;
      return { ...row, peer, trilog, ratio, hit };
    });
  }

  /** Everything, for a file. */
  content() {
    return { peer: this.peer, rows: this.rows(), errors: this.errors };
  }

  markdown(): string {
    const lines = [
      `| Measure | Durability | Unit | ${this.peer.title} | Trilog | Ratio | Aim | |`,
      '|---|---|---|--:|--:|--:|--:|---|',
    ];
    for (const { title, durability, unit, peer, trilog, ratio, aim, hit } of this.rows()) {
      const sign = aim?.kind === 'at-least' ? '≥' : '≤';
      const aimText = aim === undefined ? '' : `${sign} ${aim.value}${aim.own ? '' : '×'}`;
      const cells = [
        title,
        durability ?? '',
        unit,
        show(peer),
        show(trilog),
        ratio === undefined ? '–' : `${show(ratio)}×`,
      ];
      lines.push(`| ${[...cells, aimText, hit === undefined ? '' : hit ? 'hit' : '**miss**'].join(' | ')} |`);
    }
    const errors = this.errors.map((error) => `- ${error.split('\n')[0]}`);
    return [...lines, ...(errors.length === 0 ? [] : ['', 'Not measured:', '', ...errors])].join('\n');
  }
}
