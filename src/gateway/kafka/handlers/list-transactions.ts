/**
 * ListTransactions. Version 2, which filters by a regular expression, is not served: the expression is a client's, and a
 * hostile one would hold up the node for as long as it backtracks.
 */
import { TRANSACTION_STATE_NAMES } from '../../../coordinator/transaction/transaction-state.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { ListTransactionsRequest, ListTransactionsResponse } from '../protocol/list-transactions.ts';
import type { KafkaServices } from '../services.ts';

const ADVERTISED = [0, 1] as const;

export function listTransactionsHandler({ transactions }: KafkaServices): AnyHandler {
  return handler(
    apis.listTransactions,
    ({ stateFilters, producerIdFilters, durationFilter }: ListTransactionsRequest): ListTransactionsResponse => {
      const listed = transactions.list({
        producerIds: new Set(producerIdFilters),
        // Unknown states stay in: a filter of nothing else must match nothing.
        states: new Set(stateFilters),
        durationMs: durationFilter,
      });
      return {
        unknownStateFilters: stateFilters.filter((name) => !TRANSACTION_STATE_NAMES.has(name)),
        transactionStates: listed.map(({ transactionalId, producerId, state }) => ({
          transactionalId,
          producerId,
          transactionState: state,
        })),
      };
    },
    { versions: ADVERTISED },
  );
}
