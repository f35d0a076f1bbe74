/**
 * Where the log goes: standard error, as lines for people or as JSON for machines. Errors inside the fields are written
 * as their message; the stack only at level debug. Text that may have come from a client is quoted, so that it
 * cannot forge a line.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Settings } from '../config/settings.ts';

type Level = Settings['node']['logLevel'];

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const satisfies readonly Level[];
const LEVEL_WIDTH = 5;

export type Write = (text: string) => void;

export async function createLogger(settings: Settings['node'], clock: Clock, write: Write): Promise<Logger> {
  const { logLevel, logFormat } = settings;
  return logFormat === 'json' ? await createJsonLogger(logLevel, write) : createTextLogger(logLevel, clock, write);
}

function createTextLogger(logLevel: Level, clock: Clock, write: Write): Logger {
  const lowest = LEVELS.indexOf(logLevel);
  const log = (level: Level) => (fields: object, message: string) => {
    if (LEVELS.indexOf(level) < lowest) return;
    const time = new Date(clock.nowMs()).toISOString();
    const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${formatValue(value, logLevel)}`);
    const text = message.replace(/\p{Cc}+/gu, ' ');
    write(`${time} ${level.padEnd(LEVEL_WIDTH)} ${text}${pairs.join('')}\n`);
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function formatValue(value: unknown, logLevel: Level): string {
  if (value instanceof Error) return JSON.stringify(errorText(value, logLevel));
  if (typeof value === 'string') return /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return JSON.stringify(value, plainBigint);
  return String(value);
}

function errorText(error: Error, logLevel: Level): string {
  return logLevel === 'debug' ? (error.stack ?? error.message) : error.message;
}

function plainBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** Loaded on demand: people who read text do not wait for it at every start. */
async function createJsonLogger(logLevel: Level, write: Write): Promise<Logger> {
  const { pino } = await import('pino');
  const error = (value: unknown) => (value instanceof Error ? errorText(value, logLevel) : value);
  const logger: Logger = pino(
    {
      level: logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error },
    },
    { write },
  );
  return logger;
}
