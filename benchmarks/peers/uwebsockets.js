// uWebSockets as a peer of the fan-out: follows a JetStream stream as the bare loop does, and publishes each message
// to one topic that every connection is subscribed to. Its only way out is `ready PORT`; it serves until killed.
//
// node uwebsockets.js FOLDER-WITH-NODE_MODULES NATS-URL STREAM
const net = require('node:net');
const { createRequire } = require('node:module');

const [folder, address, stream] = process.argv.slice(2);
const uws = createRequire(`${folder}/`)('uwebsockets');

const TOPIC = 'all';
const NO_LIMIT = 64 * 1024 * 1024; // nobody is left out who is late: everything must arrive

const app = uws.App().ws('/*', {
  compression: uws.DISABLED,
  idleTimeout: 0,
  sendPingsAutomatically: false,
  maxBackpressure: NO_LIMIT,
  open: (socket) => socket.subscribe(TOPIC),
});

// `{"seq":N,` in front, as `schemas.wire.splice_seq`: the reply subject of a delivery says which sequence it is.
function take(reply, payload) {
  const seq = reply.split('.')[5];
  app.publish(TOPIC, Buffer.concat([Buffer.from(`{"seq":${seq},`), payload.subarray(1)]), false);
}

function follow(url, ready) {
  const socket = net.connect(Number(url.port), url.hostname);
  const user = { user: url.username, pass: url.password };
  const consumer = {
    stream_name: stream,
    config: { deliver_subject: 'peer.in', deliver_policy: 'new', ack_policy: 'none', num_replicas: 1, mem_storage: true },
  };
  const request = JSON.stringify(consumer);
  socket.setNoDelay(true);
  socket.write(`CONNECT ${JSON.stringify({ verbose: false, headers: true, ...user })}\r\n`);
  socket.write('SUB peer.in 1\r\nSUB peer.made 2\r\n');
  socket.write(`PUB $JS.API.CONSUMER.CREATE.${stream} peer.made ${Buffer.byteLength(request)}\r\n${request}\r\n`);

  let kept = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    kept = kept.length ? Buffer.concat([kept, chunk]) : chunk;
    let at = 0;
    for (let end = kept.indexOf('\r\n', at); end >= 0; end = kept.indexOf('\r\n', at)) {
      const words = kept.toString('latin1', at, end).split(' ');
      const start = end + 2;
      if (words[0] === 'PING') socket.write('PONG\r\n');
      if (words[0] === '-ERR') throw new Error(words.join(' '));
      if (words[0] !== 'MSG' && words[0] !== 'HMSG') {
        at = start;
        continue;
      }
      const size = Number(words.at(-1));
      if (kept.length < start + size + 2) break;
      const payload = kept.subarray(start, start + size);
      if (words[2] === '1') take(words[3], payload);
      else ready(JSON.parse(payload.toString()));
      at = start + size + 2;
    }
    kept = kept.subarray(at);
  });
  socket.on('close', () => process.exit(1));
}

follow(new URL(address), (answer) => {
  if (answer.error) throw new Error(JSON.stringify(answer.error));
  app.listen('127.0.0.1', 0, (listening) => console.log('ready', uws.us_socket_local_port(listening)));
});
