/** Why a signature was not accepted. The texts are for the client; none of them says more than the client knows or sent. */

export type SigV4Failure =
  /** The request carries no signature. */
  | 'missing'
  /** Something of the signature is not there, or is not what it should be. */
  | 'incomplete'
  | 'unknown_access_key'
  /** The signature, the body, the scope or the time is wrong. */
  | 'mismatch';

export class SigV4Error extends Error {
  override readonly name = 'SigV4Error';

  constructor(
    readonly failure: SigV4Failure,
    message: string,
  ) {
    super(message);
  }
}
