// A proxy that serves the controller below a prefix, as a lab's web server would.
import { createServer, request } from 'node:http';

export async function behindPrefix(url, prefix) {
  const { hostname, port, host } = new URL(url);
  const server = createServer((asked, answer) => {
    if (!asked.url.startsWith(`${prefix}/`)) return answer.writeHead(404).end();
    const path = asked.url.slice(prefix.length);
    const headers = { ...asked.headers, host };
    const forward = request({ hostname, port, path, method: asked.method, headers }, (found) => {
      answer.writeHead(found.statusCode, found.headers);
      found.pipe(answer);
    });
    forward.on('error', () => answer.destroy());
    answer.on('close', () => forward.destroy());
    asked.pipe(forward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${prefix}`,
    close: () => server.closeAllConnections() ?? server.close(),
  };
}
