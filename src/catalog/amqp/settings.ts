/** The slice of the node's settings that the AMQP catalog is given. Each is a maximum over all vhosts; more is refused. */
export interface AmqpCatalogSettings {
  readonly vhostsMax: number;
  /** Those that every vhost has from the start are not counted. */
  readonly exchangesMax: number;
  readonly queuesMax: number;
  readonly bindingsMax: number;
  /** Policies and operator policies, each. */
  readonly policiesMax: number;
  /** Of one exchange, queue or binding, as AMQP encodes them. */
  readonly argumentBytesMax: number;
}
