// The limit of the programs in Node: the `ws` library alone. /cold sends the documents, /drain answers each message with its id
// and stores nothing, /live relays each message to every other socket.
import { WebSocketServer } from 'ws';
import { cases } from '../job.mjs';

const FRAME = 250;
const documents = cases(10_000).map((one) => JSON.stringify(one));
const frames = [];
for (let i = 0; i < documents.length; i += FRAME) frames.push(`[${documents.slice(i, i + FRAME).join(',')}]`);

const live = new Set();
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), perMessageDeflate: false });
server.on('connection', (socket, request) => {
  if (request.url === '/cold') for (const frame of frames) socket.send(frame);
  else if (request.url === '/drain')
    socket.on('message', (data) => socket.send(JSON.stringify({ ack: JSON.parse(data).id })));
  else {
    live.add(socket);
    socket.on('close', () => live.delete(socket));
    socket.on('message', (data) => {
      for (const other of live) if (other !== socket) other.send(data.toString());
    });
  }
});
server.on('listening', () => console.log('READY'));
