/**
 * What SQS says of a queue: attributes and tags as texts, which mean nothing here, and the settings that follow from them,
 * which whoever reads attributes hands over with them. All is set whole, never changed in place.
 */
import type { SqsSettings } from './queue-settings.ts';

export interface SqsFacts {
  /** Those that were set, by name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  /** Wall clock, milliseconds. */
  readonly modifiedAtMs: number;
  readonly settings: SqsSettings;
}

/** As it is journalled. */
export interface SqsFactsJson {
  /** Pairs, because a tag may have any name. */
  readonly attributes: readonly (readonly [string, string])[];
  readonly tags: readonly (readonly [string, string])[];
  readonly modifiedAtMs: number;
  /** What is undefined is left out. */
  readonly settings: Partial<SqsSettings>;
}

export function sqsFactsToJson({ attributes, tags, modifiedAtMs, settings }: SqsFacts): SqsFactsJson {
  return { attributes: [...attributes], tags: [...tags], modifiedAtMs, settings };
}

export function sqsFactsFromJson({ attributes, tags, modifiedAtMs, settings }: SqsFactsJson): SqsFacts {
  const { retentionMs, redriveQueue, redriveReceives, fifo, encrypted = false } = settings;
  return {
    attributes: new Map(attributes),
    tags: new Map(tags),
    modifiedAtMs,
    settings: { retentionMs, redriveQueue, redriveReceives, fifo, encrypted },
  };
}
