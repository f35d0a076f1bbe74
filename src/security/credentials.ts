/** What a client brings to a login, after its mechanism's bytes have been read. */

export type Credentials =
  | { readonly type: 'password'; readonly username: string; readonly password: string | Buffer }
  /** Who it is was established by other means: a certificate, or the operator's word for those who do not say. */
  | { readonly type: 'trusted'; readonly username: string };
