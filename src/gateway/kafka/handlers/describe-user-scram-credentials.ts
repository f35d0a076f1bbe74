/** DescribeUserScramCredentials: no credential can be stored, so no user has one. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type {
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse,
} from '../protocol/describe-user-scram-credentials.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { duplicates } from './duplicates.ts';

type UserAnswer = DescribeUserScramCredentialsResponse['results'][number];

export function describeUserScramCredentialsHandler(_services: KafkaServices): AnyHandler {
  return handler(
    apis.describeUserScramCredentials,
    ({ users }: DescribeUserScramCredentialsRequest): DescribeUserScramCredentialsResponse => {
      const names = (users ?? []).map(({ name }) => name);
      const twice = duplicates(names);
      return { errorMessage: '', results: Array.from(new Set(names), (user) => answer(user, twice.has(user))) };
    },
  );
}

function answer(user: string, isDuplicate: boolean): UserAnswer {
  const failure = isDuplicate
    ? {
        errorCode: ErrorCode.DUPLICATE_RESOURCE,
        errorMessage: `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`,
      }
    : {
        errorCode: ErrorCode.RESOURCE_NOT_FOUND,
        errorMessage: `Attempt to describe a user credential that does not exist: ${user}`,
      };
  return { user, ...failure, credentialInfos: [] };
}
