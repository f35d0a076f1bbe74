/** Where the node listens, as RabbitMQ lists it. */
import type { ListenerFacts, NodePort } from '../services.ts';

export function listenerFacts({ name, listeners }: NodePort) {
  return listeners().map(({ protocol, host, port }: ListenerFacts) => ({
    node: name,
    protocol,
    ip_address: host,
    port,
    socket_opts: {},
  }));
}

/** Of HTTP. */
export function webContexts({ name, listeners }: NodePort) {
  const web = listeners().filter(({ protocol }) => protocol === 'http');
  return web.map(({ host, port }) => ({
    node: name,
    description: 'RabbitMQ Management',
    path: '/',
    ip: host,
    port: String(port),
    ssl_opts: [],
  }));
}
