/** The slices of the node's settings that security is given. */

export interface SecuritySettings {
  /** Who exists on a new node, as administrator with all permissions in vhost `/`. */
  readonly defaultUser: { readonly name: string; readonly password: string };
  /** These users log in from this machine only. */
  readonly loopbackUsers: readonly string[];
  /** More users are refused. */
  readonly usersMax: number;
  /** More permissions, those on topics included and over all users, are refused. */
  readonly permissionsMax: number;
}

/** Which name of a client's certificate is that of its user. */
export type CertificateName = 'distinguished_name' | 'common_name';

/** What logins of a protocol that has SASL are told. */
export interface SaslSettings {
  /** Who a client becomes that does not say who it is; undefined: nobody, and it is refused. */
  readonly anonymousUser: string | undefined;
  readonly certificateName: CertificateName;
}
