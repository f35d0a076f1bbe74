import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Action, OPERATIONS } from '../../../../src/gateway/sqs/protocol/operations.ts';
import { encodeResult } from '../../../../src/gateway/sqs/protocol/wire.ts';
import { arbitraryStructure, formOf } from './arbitrary-input.ts';
import { decode, decodeJson, formRequest } from './helpers.ts';

describe('JSON and Query agree on any input of', () => {
  for (const action of Object.keys(OPERATIONS) as Action[]) {
    const { input } = OPERATIONS[action];
    it(action, () => {
      fc.assert(
        fc.property(arbitraryStructure(input), (value) => {
          const form = [`Action=${action}`, ...formOf(input, value)].join('&');
          assert.deepEqual(decode(formRequest(form)).input, decodeJson(action, value));
        }),
        { seed: 1, numRuns: 60 },
      );
    });
  }
});

describe('any output can be written in JSON and read by others:', () => {
  for (const action of ['SendMessageBatch', 'ListMessageMoveTasks', 'ListQueues', 'GetQueueUrl'] as const) {
    const { output } = OPERATIONS[action];
    it(action, () => {
      assert.ok(output);
      fc.assert(
        fc.property(arbitraryStructure(output), (value) => {
          const { body } = encodeResult({ protocol: 'json', queryErrors: false }, action, value as never, 'id');
          assert.deepEqual(JSON.parse(body), value);
        }),
        { seed: 2, numRuns: 200 },
      );
    });
  }
});
