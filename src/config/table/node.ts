/** About the process itself. Part of the settings table; see `settings.ts`. */
import { choice, integer } from '../setting.ts';
import { INT32_MAX } from './quantities.ts';

export const NODE_SETTINGS = {
  id: integer({
    flag: 'node-id',
    default: 1,
    min: 0,
    max: INT32_MAX,
    doc: 'Id of this node, as Kafka clients see it.',
  }),
  logLevel: choice({
    flag: 'log-level',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    doc: 'Least important messages that are written to standard error. Stack traces appear at debug only.',
  }),
  logFormat: choice({
    flag: 'log-format',
    choices: ['text', 'json'],
    default: 'text',
    doc: 'Form of the log: lines for people, or one JSON object a line.',
  }),
};
