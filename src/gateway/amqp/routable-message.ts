/** What exchanges may ask of a message that an AMQP client published; nothing is decoded unless one does. */

import { NO_PROPERTIES } from '../../message/amqp-properties.ts';
import { PropertiesReader } from '../../message/amqp-properties-reader.ts';
import type { FieldTable } from '../../message/field-table.ts';
import { EMPTY_TABLE } from '../../message/field-table.ts';
import type { Routable } from '../../routing/route.ts';

const reader = new PropertiesReader();

/** Reusable: speaks of the `properties` it has at the moment. They have been checked before. */
export class RoutableMessage implements Routable {
  properties: Buffer = NO_PROPERTIES;

  headers(): FieldTable {
    return reader.read(this.properties).headers ?? EMPTY_TABLE;
  }

  property(name: 'message_id' | 'correlation_id' | 'timestamp'): string | undefined {
    reader.read(this.properties);
    switch (name) {
      case 'message_id':
        return reader.messageId;
      case 'correlation_id':
        return reader.correlationId;
      case 'timestamp':
        return reader.timestamp?.toString();
    }
  }
}
