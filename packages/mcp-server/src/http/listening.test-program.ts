// A server in a process of its own, whose memory a test can look at.
import { createTalker } from './talker.fixture.ts';
import { serveHttp } from './serve-http.ts';
import { createGate } from './shop.fixture.ts';

const server = createTalker(createGate());
const serving = await serveHttp(server, { port: 0 });
process.on('message', message => {
  if (message === 'notify') server.notify.toolsChanged();
  if (message === 'close') {
    void serving.close().then(() => process.disconnect());
  }
  if (message === 'memory') {
    globalThis.gc?.();
    process.send?.({ rss: process.memoryUsage.rss() });
  }
});
process.send?.({ url: serving.url });
