/**
 * Who may ask for anything at all. With access keys, requests must be signed with one of them. Without, nobody has to say who
 * they are, and then only clients on this machine are served unless the operator has opened the service to others.
 */
import type { Clock } from '../../base/clock.ts';
import { isLoopback } from '../../security/loopback.ts';
import { SigV4Verifier } from '../../security/sigv4/verifier.ts';
import { authenticationError } from './authentication.ts';
import { checkSite } from './browsers.ts';
import { AwsError } from './protocol/aws-error.ts';
import type { HttpRequest } from './protocol/http.ts';
import type { SqsPrincipal } from './sqs-caller.ts';

export interface AdmissionSettings {
  readonly accountId: string;
  /** Secrets by access key id. */
  readonly accessKeys: ReadonlyMap<string, string>;
  readonly clockSkewMs: number;
  /** Whether clients of other machines may come without a signature, while there are no access keys. */
  readonly anonymousRemote: boolean;
}

/** Throws `AwsError`. Undefined where nobody has to say who they are. */
export type Admission = (request: HttpRequest, remoteAddress: string) => SqsPrincipal | undefined;

export function admissionOf(settings: AdmissionSettings, clock: Clock): Admission {
  return settings.accessKeys.size === 0 ? openAccess(settings) : signedAccess(settings, clock);
}

function openAccess({ anonymousRemote }: AdmissionSettings): Admission {
  return ({ headers }, remoteAddress) => {
    checkSite(headers);
    if (anonymousRemote || isLoopback(remoteAddress)) return undefined;
    throw new AwsError(
      'AccessDeniedException',
      'Only clients on the machine of the broker may come without access keys; its settings sqs-access-keys and sqs-anonymous-remote change that.',
    );
  };
}

function signedAccess({ accountId, accessKeys, clockSkewMs }: AdmissionSettings, clock: Clock): Admission {
  // Clients sign for whatever region they are set to; queues are found by name.
  const verifier = new SigV4Verifier({ service: 'sqs', region: undefined, clockSkewMs }, (id) => accessKeys.get(id));
  return (request) => {
    try {
      const { accessKeyId } = verifier.verify(request, clock.nowMs());
      return { accountId, arn: `arn:aws:iam::${accountId}:user/${accessKeyId}`, senderId: accessKeyId };
    } catch (error) {
      throw authenticationError(error);
    }
  };
}
