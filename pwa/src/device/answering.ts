/** The engine in the dedicated worker: answers what the page asks of it. */
import { Engine } from './engine';
import { browserEnv } from './env';
import { type Call, failed, type Reply } from './wire';

interface Port {
  postMessage: (reply: Reply) => void;
  onmessage: ((event: { data: Call }) => void) | null;
}

const port = globalThis as unknown as Port;
const engine = new Engine(browserEnv(), (event, payload) => port.postMessage({ event, payload }));

port.onmessage = ({ data: { call, method, args } }) => {
  engine
    .call(method, args)
    .then((value) => port.postMessage({ reply: call, ok: true, value }))
    .catch((error: unknown) => port.postMessage(failed(call, error)));
};
port.postMessage({ ready: true });
