/**
 * The figures of one run and how they are shown: one row a measure, medians of the rounds, the ratio of Trilog to Kafka,
 * and whether the aim was met. A measure without samples shows a dash; errors are listed under the table, never hidden.
 */
import type { BrokerName, Durability } from './brokers.ts';
import { median } from './measure.ts';

export interface Aim {
  readonly kind: 'at-least' | 'at-most';
  /** Of the ratio Trilog to Kafka, or of Trilog's own value when `own` is set. */
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
  readonly samples: Record<BrokerName, number[]>;
}

export const atLeast = (value: number): Aim => ({ kind: 'at-least', value });
export const atMost = (value: number): Aim => ({ kind: 'at-most', value });

function show(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

export class Report {
  readonly #rows = new Map<string, Row>();
  readonly errors: string[] = [];

  /** Adds one sample of a measure; the first one fixes the row's place in the table. */
  add(title: string, broker: BrokerName, value: number | undefined, options: MeasureOptions): void {
    const id = `${title}|${options.durability ?? ''}`;
    const row = this.#rows.get(id) ?? { title, ...options, samples: { kafka: [], trilog: [] } };
    this.#rows.set(id, row);
    if (value !== undefined && !Number.isNaN(value)) row.samples[broker].push(value);
  }

  median(title: string, broker: BrokerName, durability?: Durability): number | undefined {
    const row = this.#rows.get(`${title}|${durability ?? ''}`);
    return row === undefined ? undefined : median(row.samples[broker]);
  }

  fail(what: string, error: unknown): void {
    const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    this.errors.push(message);
    console.error(message);
  }

  rows() {
    return [...this.#rows.values()].map((row) => {
      const kafka = median(row.samples.kafka);
      const trilog = median(row.samples.trilog);
      const ratio = kafka === undefined || trilog === undefined ? undefined : trilog / kafka;
      const judged = row.aim?.own ? trilog : ratio;
      const hit =
        row.aim === undefined || judged === undefined
          ? undefined
          : row.aim.kind === 'at-least'
            ? judged >= row.aim.value
            : judged <= row.aim.value;
      return { ...row, kafka, trilog, ratio, hit };
    });
  }

  markdown(): string {
    const lines = [
      '| Measure | Durability | Unit | Kafka 4.2 | Trilog | Ratio | Aim | |',
      '|---|---|---|--:|--:|--:|--:|---|',
    ];
    for (const { title, durability, unit, kafka, trilog, ratio, aim, hit } of this.rows()) {
      const sign = aim?.kind === 'at-least' ? '≥' : '≤';
      const aimText = aim === undefined ? '' : `${sign} ${aim.value}${aim.own ? '' : '×'}`;
      const cells = [
        title,
        durability ?? '',
        unit,
        show(kafka),
        show(trilog),
        ratio === undefined ? '–' : `${show(ratio)}×`,
      ];
      lines.push(`| ${[...cells, aimText, hit === undefined ? '' : hit ? 'hit' : '**miss**'].join(' | ')} |`);
    }
    const errors = this.errors.map((error) => `- ${error.split('\n')[0]}`);
    return [...lines, ...(errors.length === 0 ? [] : ['', 'Not measured:', '', ...errors])].join('\n');
  }
}
