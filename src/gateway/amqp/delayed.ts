/** Routes messages that an exchange of type x-delayed-message has kept, when their time has come. */
import type { LogId } from '../../base/brand.ts';
import type { Message } from '../../message/message.ts';
import type { DelayOverPort } from '../../queue/delayed-messages.ts';
import type { Router } from '../../routing/router.ts';
import { contentOf } from './content.ts';
import { RoutableMessage } from './routable-message.ts';

export interface DelayedDeps {
  readonly router: Router;
  /** Of the queue engine. */
  publish(queues: readonly LogId[], message: Message): boolean;
}

const routable = new RoutableMessage();

/** What no queue gets by then is dropped, as its publisher is long gone. */
export function delayOverPort({ router, publish }: DelayedDeps): DelayOverPort {
  return (message, { vhost, exchange, routingKeys }) => {
    routable.properties = contentOf(message).properties;
    const route = router.resolve(vhost, exchange).routeDelayed(routingKeys, routable);
    if (route !== undefined && route.queues.length > 0) publish(route.queues, message);
  };
}
